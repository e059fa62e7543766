package org.samfast.cuda.reference;

/** The mask prompt's embedding. Formula: segment-anything prompt_encoder.py, mask_downscaling @dca509f. */
public final class DensePromptReference {
    private static final double EPSILON = 1e-6;

    private DensePromptReference() {}

    /** Logits [256][256] to [4096][256]; weights as in the kernel's header. */
    public static double[] embed(float[] mask, float[] weights) {
        double[] logits = new double[mask.length];
        for (int i = 0; i < mask.length; i++) {
            logits[i] = mask[i];
        }
        double[] half = halved(logits, 256, 1, 4, weights, 0);
        normGelu(half, 4, weights, 20);
        double[] quarter = halved(half, 128, 4, 16, weights, 28);
        normGelu(quarter, 16, weights, 300);
        return pointwise(quarter, weights, 332);
    }

    /** Convolution 2x2 of stride 2, channels last, of a square of that side; the bias follows the weight. */
    private static double[] halved(double[] in, int side, int inputs, int outputs, float[] weights, int at) {
        int to = side / 2;
        double[] out = new double[to * to * outputs];
        for (int i = 0; i < out.length; i++) {
            int o = i % outputs;
            int x = i / outputs % to;
            int y = i / outputs / to;
            out[i] = weights[at + outputs * inputs * 4 + o];
            for (int c = 0; c < inputs; c++) {
                for (int corner = 0; corner < 4; corner++) {
                    int pixel = (2 * y + corner / 2) * side + 2 * x + corner % 2;
                    out[i] += in[pixel * inputs + c] * weights[at + (o * inputs + c) * 4 + corner];
                }
            }
        }
        return out;
    }

    private static void normGelu(double[] rows, int channels, float[] weights, int at) {
        for (int row = 0; row < rows.length; row += channels) {
            double mean = 0;
            double variance = 0;
            for (int c = 0; c < channels; c++) {
                mean += rows[row + c] / channels;
            }
            for (int c = 0; c < channels; c++) {
                variance += (rows[row + c] - mean) * (rows[row + c] - mean) / channels;
            }
            for (int c = 0; c < channels; c++) {
                double normed = (rows[row + c] - mean) / Math.sqrt(variance + EPSILON);
                rows[row + c] = GeluReference.gelu(normed * weights[at + c] + weights[at + channels + c]);
            }
        }
    }

    private static double[] pointwise(double[] in, float[] weights, int at) {
        double[] out = new double[4096 * 256];
        for (int i = 0; i < out.length; i++) {
            out[i] = weights[at + 4096 + i % 256];
            for (int c = 0; c < 16; c++) {
                out[i] += in[i / 256 * 16 + c] * weights[at + i % 256 * 16 + c];
            }
        }
        return out;
    }
}
