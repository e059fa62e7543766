package org.samfast.prompt;

/**
 * Low-resolution mask logits given as a prompt, usually those of an earlier prediction.
 *
 * @param logits row-major [256][256], owned by this prompt: not to be written to
 */
public record MaskPrompt(float[] logits) {
    /** IllegalArgumentException where there are not 256 x 256 logits. */
    public MaskPrompt {
        if (logits.length != 256 * 256) {
            throw new IllegalArgumentException(
                    "mask prompt: expected 256x256 logits, got " + logits.length + " values");
        }
    }
}
