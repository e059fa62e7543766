package org.samfast.cuda.reference;

/** {@code act((in + addend) weight^T + bias) + residual} of one row: torch.nn.Linear with what is around it. */
public final class TokenLinearReference {
    private TokenLinearReference() {}

    /**
     * @param in [k]
     * @param weight [n][k]
     * @param bias [n]
     */
    public static double[] row(double[] in, float[] weight, float[] bias, boolean relu) {
        double[] out = new double[bias.length];
        for (int feature = 0; feature < out.length; feature++) {
            out[feature] = bias[feature];
            for (int i = 0; i < in.length; i++) {
                out[feature] += in[i] * weight[feature * in.length + i];
            }
            if (relu) {
                out[feature] = Math.max(0, out[feature]);
            }
        }
        return out;
    }
}
