package org.samfast.mask;

import org.samfast.image.Size;

/**
 * What the mask decoder says of all prompts on one image.
 *
 * @param imageSize size of the image that the masks will be scaled to
 * @param logits [prompts][4][256][256]
 * @param quality the model's own estimate of each mask's IoU, [prompts][4]
 */
public record MaskPrediction(Size imageSize, LowResLogits logits, float[] quality) {
    /** IllegalArgumentException where {@code quality} has not four values per prompt. */
    public MaskPrediction {
        int expected = logits.prompts() * LowResLogits.MASKS;
        if (quality.length != expected) {
            throw new IllegalArgumentException("mask quality: expected " + expected + " values, got " + quality.length);
        }
    }

    /**
     * {@return the model's estimate of that mask's IoU}
     *
     * @param prompt index of the prompt, from 0
     * @param mask output of the decoder, 0 to 3
     */
    public float quality(int prompt, int mask) {
        return quality[prompt * LowResLogits.MASKS + mask];
    }

    /**
     * {@return which of the three multimask outputs the model rates best: 1, 2 or 3; the first of equals}
     *
     * @param prompt index of the prompt, from 0
     */
    public int bestOfThree(int prompt) {
        int best = 1;
        for (int mask = 2; mask < LowResLogits.MASKS; mask++) {
            if (quality(prompt, mask) > quality(prompt, best)) {
                best = mask;
            }
        }
        return best;
    }
}
