package org.samfast.embedding;

import org.samfast.backend.Precision;

/**
 * What makes embeddings: others can be decoded with it as far as variant, weights and precision are the same.
 *
 * @param variant the architecture: {@code vit_b}
 * @param modelSha256 of the checkpoint's file, lower-case hex: {@code Checkpoint.sha256()}
 * @param precision that the encoder computes in: {@code SamBackend.info().precision()}
 * @param version of sam, for the record
 */
public record EmbeddingSource(String variant, String modelSha256, Precision precision, String version) {
    private static final int DIGITS = 16;

    /** The folder for its embeddings: {@code vit_b-bf16-ec2df62732614e57}. */
    String folderName() {
        return variant + "-" + precision.label() + "-" + modelSha256.substring(0, DIGITS);
    }
}
