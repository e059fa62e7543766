package org.samfast.backend;

import org.samfast.image.Size;

/**
 * What the image encoder makes of one image, kept where its backend computes. It knows its image's size, so that a
 * prediction can never use the wrong one. Close it to free the backend's memory.
 */
public interface ImageEmbedding extends AutoCloseable {
    /** Size of the image in pixels. */
    Size imageSize();

    /** A copy in host memory, row-major [256][64][64]. */
    float[] toHost();

    @Override
    void close();
}
