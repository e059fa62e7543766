package org.samfast.mask;

import java.util.List;

/** Low-resolution logits to masks at the size of the image. CONTRACT STUB. */
public final class MaskUpscale {
    private MaskUpscale() {}

    /** The wanted masks, in the order of the request. */
    public static List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Logits of one mask at the size of the image, row-major [height][width]. */
    public static float[] logits(MaskPrediction prediction, int prompt, int output) {
        throw new UnsupportedOperationException();
    }
}
