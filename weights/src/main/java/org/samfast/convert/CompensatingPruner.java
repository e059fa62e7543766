package org.samfast.convert;

/**
 * Prunes to 2:4 so that the outputs on the calibration's inputs change least: of every four weights of a row the pair goes
 * whose loss is least when the weights to the right make up for it, and they do make up for it. In the family of optimal brain
 * surgeon and SparseGPT (arXiv 2301.00774), which scores each weight by itself; here pairs are scored.
 */
final class CompensatingPruner {
    private static final int CHUNK = TwoFourPruner.CHUNK;
    /** Columns whose errors are gathered before the columns behind them are corrected. */
    private static final int BLOCK = 128;

    /** The six pairs that may go, and what stays then, as metadata writes it. */
    private static final int[][] PAIRS = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};

    private static final byte[] STAYS = {0xe, 0xd, 0x9, 0xc, 0x8, 0x4};

    private final double[][] factor;

    CompensatingPruner(LinearInputs inputs) {
        this.factor = InverseFactor.of(inputs);
    }

    /**
     * Corrects the weights that stay; those that go keep some value and are cleared by the caller.
     *
     * @param weights row-major [rows][columns]
     */
    byte[] prune(float[] weights, int rows) {
        int columns = factor.length;
        byte[] kept = new byte[weights.length / CHUNK];
        double[][] losses = losses();
        double[] row = new double[columns];
        double[] errors = new double[BLOCK];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                row[c] = weights[r * columns + c];
            }
            pruneRow(row, errors, losses, kept, r * (columns / CHUNK));
            for (int c = 0; c < columns; c++) {
                weights[r * columns + c] = (float) row[c];
            }
        }
        return kept;
    }

    private void pruneRow(double[] row, double[] errors, double[][] losses, byte[] kept, int firstChunk) {
        for (int from = 0; from < row.length; from += BLOCK) {
            int to = Math.min(row.length, from + BLOCK);
            for (int c = from; c < to; c += CHUNK) {
                int pair = cheapest(row, c, losses[c / CHUNK]);
                kept[firstChunk + c / CHUNK] = STAYS[pair];
                errors[c - from] = pruned(row, c, PAIRS[pair], 0, to);
                errors[c + 1 - from] = pruned(row, c, PAIRS[pair], 1, to);
                errors[c + 2 - from] = pruned(row, c, PAIRS[pair], 2, to);
                errors[c + 3 - from] = pruned(row, c, PAIRS[pair], 3, to);
            }
            for (int c = from; c < to; c++) {
                subtract(row, errors[c - from], factor[c], to, row.length);
            }
        }
    }

    /** What goes with column {@code c + place}; the block's columns behind it make up for it at once. */
    private double pruned(double[] row, int c, int[] pair, int place, int blockEnd) {
        if (pair[0] != place && pair[1] != place) {
            return 0;
        }
        int column = c + place;
        double error = row[column] / factor[column][column];
        subtract(row, error, factor[column], column + 1, blockEnd);
        return error;
    }

    private static void subtract(double[] row, double error, double[] factorRow, int from, int to) {
        if (error != 0) {
            for (int c = from; c < to; c++) {
                row[c] -= error * factorRow[c];
            }
        }
    }

    private static int cheapest(double[] row, int c, double[] loss) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int pair = 0; pair < PAIRS.length; pair++) {
            double a = row[c + PAIRS[pair][0]];
            double b = row[c + PAIRS[pair][1]];
            double lost = loss[3 * pair] * a * a + loss[3 * pair + 1] * a * b + loss[3 * pair + 2] * b * b;
            if (lost < least) {
                least = lost;
                best = pair;
            }
        }
        return best;
    }

    /**
     * Per four columns and pair the quadratic form w^T (A)^-1 w of what is lost, A being the pair's part of the inverse second
     * moments given all columns to the left: aa, 2 ab, bb.
     */
    private double[][] losses() {
        double[][] losses = new double[factor.length / CHUNK][3 * PAIRS.length];
        for (int chunk = 0; chunk < losses.length; chunk++) {
            for (int pair = 0; pair < PAIRS.length; pair++) {
                int a = chunk * CHUNK + PAIRS[pair][0];
                int b = chunk * CHUNK + PAIRS[pair][1];
                double aa = inverse(chunk * CHUNK, a, a);
                double ab = inverse(chunk * CHUNK, a, b);
                double bb = inverse(chunk * CHUNK, b, b);
                double determinant = aa * bb - ab * ab;
                losses[chunk][3 * pair] = bb / determinant;
                losses[chunk][3 * pair + 1] = -2 * ab / determinant;
                losses[chunk][3 * pair + 2] = aa / determinant;
            }
        }
        return losses;
    }

    private double inverse(int first, int a, int b) {
        double sum = 0;
        for (int row = first; row <= Math.min(a, b); row++) {
            sum += factor[row][a] * factor[row][b];
        }
        return sum;
    }
}
