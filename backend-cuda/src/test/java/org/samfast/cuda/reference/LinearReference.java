package org.samfast.cuda.reference;

import org.samfast.cuda.kernel.Linear;

/** {@code act(in weight^T + bias) + residual} by plain loops in double. */
public final class LinearReference {
    private LinearReference() {}

    /**
     * @param bias empty for none
     * @param residual [rows][n] for some number of rows, repeated; empty for none
     */
    public static double[] of(
            float[] in,
            float[] weight,
            float[] bias,
            float[] residual,
            int m,
            int n,
            int k,
            Linear.Activation activation) {
        double[] out = new double[m * n];
        for (int i = 0; i < out.length; i++) {
            int row = i / n;
            int column = i % n;
            double sum = bias.length == 0 ? 0 : bias[column];
            for (int j = 0; j < k; j++) {
                sum += (double) in[row * k + j] * weight[column * k + j];
            }
            out[i] = activated(sum, activation) + (residual.length == 0 ? 0 : residual[i % residual.length]);
        }
        return out;
    }

    private static double activated(double x, Linear.Activation activation) {
        return switch (activation) {
            case NONE -> x;
            case GELU -> GeluReference.gelu(x);
            case RELU -> Math.max(0, x);
        };
    }
}
