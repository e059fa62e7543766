package org.samfast.cuda.reference;

/** Masks from the upscaled embedding. Formula: segment-anything mask_decoder.py, predict_masks @dca509f. */
public final class MaskProductReference {
    private MaskProductReference() {}

    /**
     * @param upscaled [pairs][64][64][dy1][dx1][dy2][dx2][32]
     * @param hyper [pairs][4][32]
     * @return [pairs][4][256][256]
     */
    public static double[] logits(float[] upscaled, float[] hyper, int pairs) {
        double[] logits = new double[pairs * 4 * 256 * 256];
        for (int i = 0; i < logits.length; i++) {
            int x = i % 256;
            int y = i / 256 % 256;
            int vector = i / 65536 * 32;
            int pair = i / 65536 / 4;
            int token = (pair * 64 + y / 4) * 64 + x / 4;
            int place = y / 2 % 2 * 8 + x / 2 % 2 * 4 + y % 2 * 2 + x % 2;
            for (int c = 0; c < 32; c++) {
                logits[i] += (double) upscaled[(token * 16 + place) * 32 + c] * hyper[vector + c];
            }
        }
        return logits;
    }
}
