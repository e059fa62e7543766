package org.samfast.cuda.reference;

import java.util.Arrays;

/** {@code softmax(q k^T / sqrt(d)) v} of one pair. Formula: segment-anything transformer.py, Attention @dca509f. */
public final class TokenAttentionReference {
    private static final int HEADS = 8;

    private TokenAttentionReference() {}

    /** Rows of q, and rows of k and v, all of that many channels, to [rows of q][channels]. */
    public static double[] attend(float[] q, float[] k, float[] v, int channels) {
        int size = channels / HEADS;
        double[] out = new double[q.length];
        for (int first = 0; first < q.length; first += size) {
            int head = first % channels;
            double[] weights = weights(q, first, k, head, channels);
            for (int key = 0; key < weights.length; key++) {
                for (int i = 0; i < size; i++) {
                    out[first + i] += weights[key] * v[key * channels + head + i];
                }
            }
        }
        return out;
    }

    /** What each key weighs for the query that starts there. */
    private static double[] weights(float[] q, int query, float[] k, int head, int channels) {
        int size = channels / HEADS;
        double[] weights = new double[k.length / channels];
        for (int key = 0; key < weights.length; key++) {
            for (int i = 0; i < size; i++) {
                weights[key] += (double) q[query + i] * k[key * channels + head + i];
            }
            weights[key] /= Math.sqrt(size);
        }
        double highest = Arrays.stream(weights).max().orElseThrow();
        Arrays.setAll(weights, key -> Math.exp(weights[key] - highest));
        double sum = Arrays.stream(weights).sum();
        Arrays.setAll(weights, key -> weights[key] / sum);
        return weights;
    }
}
