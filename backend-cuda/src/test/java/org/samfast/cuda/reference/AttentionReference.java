package org.samfast.cuda.reference;

/**
 * One head's {@code softmax(q k / sqrt(headDim) + rel_h + rel_w) v} for one query, among the tokens of a square of the 64x64
 * grid; a token past the grid's edge has the bias of qkv as k and v. Written from segment-anything image_encoder.py:
 * Attention.forward, add_decomposed_rel_pos, window_partition.
 *
 * @param qkv [images][64][64][3][heads][headDim]
 * @param bias [3][heads][headDim], as the kernel rounds it
 * @param relH [2 * side - 1][headDim]
 * @param relW like relH
 */
public record AttentionReference(
        float[] qkv, float[] bias, float[] relH, float[] relW, int side, int heads, int headDim) {
    private static final int GRID = 64;

    /** [headDim], for the token at that row and column of the grid. */
    public double[] attend(int image, int head, int row, int column) {
        int top = row / side * side;
        int left = column / side * side;
        double[] scores = new double[side * side];
        double[] query = token(image, head, 0, row, column);
        for (int key = 0; key < scores.length; key++) {
            int keyRow = top + key / side;
            int keyColumn = left + key % side;
            scores[key] = dot(query, token(image, head, 1, keyRow, keyColumn)) / Math.sqrt(headDim)
                    + dot(query, table(relH, row - keyRow + side - 1))
                    + dot(query, table(relW, column - keyColumn + side - 1));
        }
        softmax(scores);
        double[] out = new double[headDim];
        for (int key = 0; key < scores.length; key++) {
            double[] value = token(image, head, 2, top + key / side, left + key % side);
            for (int c = 0; c < headDim; c++) {
                out[c] += scores[key] * value[c];
            }
        }
        return out;
    }

    private double[] token(int image, int head, int part, int row, int column) {
        int at = (part * heads + head) * headDim;
        boolean padded = row >= GRID || column >= GRID;
        float[] from = padded ? bias : qkv;
        int start = padded ? at : ((image * GRID + row) * GRID + column) * 3 * heads * headDim + at;
        return slice(from, start);
    }

    private double[] table(float[] table, int row) {
        return slice(table, row * headDim);
    }

    private double[] slice(float[] from, int start) {
        double[] slice = new double[headDim];
        for (int c = 0; c < headDim; c++) {
            slice[c] = from[start + c];
        }
        return slice;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void softmax(double[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            largest = Math.max(largest, score);
        }
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - largest);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
    }
}
