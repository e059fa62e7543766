package org.samfast.backend;

import org.samfast.architecture.SamArchitecture;
import org.samfast.image.Size;

/**
 * What the image encoder makes of one image, kept where its backend computes. It knows its image's size, so that a
 * prediction can never use the wrong one. Close it to free the backend's memory.
 */
public interface ImageEmbedding extends AutoCloseable {
    /** Floats of {@link #toHost}: 256 channels of 64x64. */
    int VALUES = SamArchitecture.EMBEDDING_CHANNELS * SamArchitecture.GRID * SamArchitecture.GRID;

    /** {@return size of the image in pixels} */
    Size imageSize();

    /** {@return a copy in host memory, row-major [256][64][64]} */
    float[] toHost();

    /**
     * Refuses values that are no embedding.
     *
     * @param values row-major [256][64][64]
     * @throws IllegalArgumentException where they are not {@link #VALUES}
     */
    static void checkValues(float[] values) {
        if (values.length != VALUES) {
            throw new IllegalArgumentException(
                    "image embedding: expected " + VALUES + " values [256][64][64], got " + values.length);
        }
    }

    @Override
    void close();
}
