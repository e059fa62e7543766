package org.samfast.cuda.reference;

/** Points and box corners as tokens. Formula: segment-anything prompt_encoder.py, PositionEmbeddingRandom @dca509f. */
public final class TokenEmbeddingReference {
    private static final int CHANNELS = 256;
    private static final int FREQUENCIES = 128;

    private TokenEmbeddingReference() {}

    /** One point, [256]; label -1 is padding. */
    public static double[] point(float x, float y, int label, float[] gaussian, float[] embeddings) {
        double[] token = new double[CHANNELS];
        for (int channel = 0; channel < CHANNELS; channel++) {
            int frequency = channel % FREQUENCIES;
            double unitX = 2 * ((x + 0.5) / 1024) - 1;
            double unitY = 2 * ((y + 0.5) / 1024) - 1;
            double angle = 2 * Math.PI * (unitX * gaussian[frequency] + unitY * gaussian[FREQUENCIES + frequency]);
            double position = channel < FREQUENCIES ? Math.sin(angle) : Math.cos(angle);
            token[channel] = embeddings[(label + 1) * CHANNELS + channel] + (label == -1 ? 0 : position);
        }
        return token;
    }
}
