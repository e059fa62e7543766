package org.samfast.mask;

import java.util.Arrays;

/**
 * Mask logits before thresholding, of all prompts on one image.
 *
 * @param values row-major [prompts][4][256][256]; mask 0 is the single-mask output, 1 to 3 the multimask outputs
 * @param prompts number of prompts
 */
public record LowResLogits(float[] values, int prompts) {
    /** Masks per prompt. */
    public static final int MASKS = 4;
    /** Side of a mask. */
    public static final int SIDE = 256;

    /** IllegalArgumentException where there are not prompts x 4 x 256 x 256 values. */
    public LowResLogits {
        long expected = (long) prompts * MASKS * SIDE * SIDE;
        if (values.length != expected) {
            throw new IllegalArgumentException("low-res logits: expected " + prompts + "x4x256x256 = " + expected
                    + " values, got " + values.length);
        }
    }

    /**
     * {@return index of the first value of that mask}
     *
     * @param prompt index of the prompt, from 0
     * @param mask output of the decoder, 0 to 3
     */
    public int offset(int prompt, int mask) {
        return (prompt * MASKS + mask) * SIDE * SIDE;
    }

    /**
     * {@return a copy of the values of one mask, row-major [256][256]}
     *
     * @param prompt index of the prompt, from 0
     * @param mask output of the decoder, 0 to 3
     */
    public float[] copyOf(int prompt, int mask) {
        return Arrays.copyOfRange(values, offset(prompt, mask), offset(prompt, mask) + SIDE * SIDE);
    }
}
