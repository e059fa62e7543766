package org.samfast.cuda.decoder;

import org.samfast.architecture.SamArchitecture;

/**
 * The position embedding of every token of the image: random Fourier features of its centre. Source: segment-anything
 * prompt_encoder.py PositionEmbeddingRandom @dca509f.
 */
final class ImagePosition {
    private static final int GRID = SamArchitecture.GRID;
    private static final int FEATURES = SamArchitecture.EMBEDDING_CHANNELS / 2;

    private ImagePosition() {}

    /**
     * In fp32 as the original computes it, [4096][256]: sines before cosines.
     *
     * @param gaussian [2][128]
     */
    static float[] of(float[] gaussian) {
        float[] position = new float[GRID * GRID * 2 * FEATURES];
        for (int token = 0; token < GRID * GRID; token++) {
            float x = centre(token % GRID);
            float y = centre(token / GRID);
            for (int i = 0; i < FEATURES; i++) {
                float angle = (float) (2 * Math.PI) * (x * gaussian[i] + y * gaussian[FEATURES + i]);
                int at = token * 2 * FEATURES + i;
                position[at] = (float) Math.sin(angle);
                position[at + FEATURES] = (float) Math.cos(angle);
            }
        }
        return position;
    }

    /** Of -1 to 1. */
    private static float centre(int place) {
        return 2 * ((place + 0.5f) / GRID) - 1;
    }
}
