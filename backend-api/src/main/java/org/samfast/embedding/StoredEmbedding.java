package org.samfast.embedding;

import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.image.Size;

/**
 * An embedding in host memory.
 *
 * @param imageSize of the upright image, in pixels
 * @param values row-major [256][64][64]; those of a file are bfloat16s, widened
 */
public record StoredEmbedding(Size imageSize, float[] values) {
    /**
     * Keeps {@code values}, uncopied.
     *
     * @throws IllegalArgumentException where there are not as many values
     */
    public StoredEmbedding {
        ImageEmbedding.checkValues(values);
    }

    /**
     * {@return a copy of an embedding}
     *
     * @param embedding stays open
     */
    public static StoredEmbedding of(ImageEmbedding embedding) {
        return new StoredEmbedding(embedding.imageSize(), embedding.toHost());
    }

    /**
     * {@return a copy on that backend, which the caller closes}
     *
     * @param backend of the same model
     */
    public ImageEmbedding on(SamBackend backend) {
        return backend.fromHost(imageSize, values);
    }
}
