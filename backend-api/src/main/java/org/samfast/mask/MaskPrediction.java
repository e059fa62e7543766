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
    public MaskPrediction {
        int expected = logits.prompts() * LowResLogits.MASKS;
        if (quality.length != expected) {
            throw new IllegalArgumentException("mask quality: expected " + expected + " values, got " + quality.length);
        }
    }

    /** The model's estimate for that mask. */
    public float quality(int prompt, int mask) {
        return quality[prompt * LowResLogits.MASKS + mask];
    }

    /** Which of the three multimask outputs the model rates best: 1, 2 or 3; the first of equals. */
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
