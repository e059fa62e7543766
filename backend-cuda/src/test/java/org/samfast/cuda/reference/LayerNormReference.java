package org.samfast.cuda.reference;

/** {@code (x - mean) / sqrt(variance + eps) * gamma + beta} over each row, then GELU where asked. */
public final class LayerNormReference {
    private LayerNormReference() {}

    public static double[] normalize(float[] in, float[] gamma, float[] beta, double eps, boolean gelu) {
        int channels = gamma.length;
        double[] out = new double[in.length];
        for (int row = 0; row < in.length; row += channels) {
            double mean = 0;
            for (int c = 0; c < channels; c++) {
                mean += in[row + c];
            }
            mean /= channels;
            double variance = 0;
            for (int c = 0; c < channels; c++) {
                variance += (in[row + c] - mean) * (in[row + c] - mean);
            }
            variance /= channels;
            for (int c = 0; c < channels; c++) {
                double y = (in[row + c] - mean) / Math.sqrt(variance + eps) * gamma[c] + beta[c];
                out[row + c] = gelu ? GeluReference.gelu(y) : y;
            }
        }
        return out;
    }
}
