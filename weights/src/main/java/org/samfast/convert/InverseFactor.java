package org.samfast.convert;

import java.util.Arrays;

/**
 * The upper triangular U with {@code U^T U = H^-1}, H being the inputs' second moments, damped. Row j of U, from the diagonal on,
 * says how the weights to the right make up best for an error in weight j when those to the left are fixed.
 */
final class InverseFactor {
    /** Of the mean of the diagonal, added to the diagonal: what GPTQ and SparseGPT take (arXiv 2301.00774). */
    private static final double DAMPING = 0.01;

    private InverseFactor() {}

    /** U, row by row. */
    static double[][] of(LinearInputs inputs) {
        double[][] damped = damped(inputs);
        factor(damped);
        invert(damped);
        return damped;
    }

    private static double[][] damped(LinearInputs inputs) {
        int n = inputs.columns();
        double[][] moments = new double[n][n];
        double diagonal = 0;
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < n; column++) {
                moments[row][column] = inputs.secondMoments()[row * n + column] / inputs.rows();
            }
            diagonal += moments[row][row] / n;
        }
        double damping = diagonal > 0 ? DAMPING * diagonal : 1;
        for (int i = 0; i < n; i++) {
            moments[i][i] += damping;
        }
        return moments;
    }

    /** H = R R^T with R upper triangular: Cholesky from the last row on. R replaces H's upper half. */
    private static void factor(double[][] h) {
        for (int j = h.length - 1; j >= 0; j--) {
            // the upper half of H, row by row below j, has been reduced by the columns behind it
            double pivot = Math.sqrt(h[j][j]);
            double[] rowJ = h[j];
            for (int i = 0; i < j; i++) {
                rowJ[i] = h[i][j] / pivot; // column j of R, kept as a row for the loop below
            }
            for (int i = 0; i < j; i++) {
                double[] rowI = h[i];
                double factor = rowJ[i];
                for (int k = i; k < j; k++) {
                    rowI[k] -= factor * rowJ[k];
                }
                rowI[j] = factor;
            }
            rowJ[j] = pivot;
        }
    }

    /** R to its inverse, in place; what is below the diagonal is of no use and becomes 0. */
    private static void invert(double[][] r) {
        int n = r.length;
        double[] row = new double[n];
        for (int i = n - 1; i >= 0; i--) {
            Arrays.fill(row, 0);
            for (int k = i + 1; k < n; k++) {
                double factor = r[i][k];
                double[] below = r[k]; // inverted already
                for (int j = k; j < n; j++) {
                    row[j] -= factor * below[j];
                }
            }
            double diagonal = 1 / r[i][i];
            for (int j = i + 1; j < n; j++) {
                row[j] *= diagonal;
            }
            row[i] = diagonal;
            System.arraycopy(row, 0, r[i], 0, n);
        }
    }
}
