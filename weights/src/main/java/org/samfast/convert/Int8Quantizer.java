package org.samfast.convert;

import org.jspecify.annotations.Nullable;

/** Symmetric int8 with a scale per row: its largest weight is 127. */
final class Int8Quantizer {
    static final int LARGEST = 127;

    private Int8Quantizer() {}

    /**
     * Quantises a weight.
     *
     * @param weights row-major, {@code inputScales.length} or any number of columns per row
     * @param inputScales what each column is multiplied by before; null for none
     */
    static Int8Weights quantise(float[] weights, int rows, float @Nullable [] inputScales) {
        int columns = weights.length / rows;
        byte[] values = new byte[weights.length];
        float[] scales = new float[rows];
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            System.arraycopy(weights, r * columns, row, 0, columns);
            fold(row, inputScales);
            scales[r] = scale(row);
            for (int c = 0; c < columns; c++) {
                values[r * columns + c] = round(row[c] / scales[r]);
            }
        }
        return new Int8Weights(values, scales, inputScales);
    }

    private static void fold(float[] row, float @Nullable [] inputScales) {
        if (inputScales != null) {
            for (int c = 0; c < row.length; c++) {
                row[c] *= inputScales[c];
            }
        }
    }

    /** 1 for a row of zeros, so that every scale is a positive number. */
    private static float scale(float[] row) {
        float largest = 0;
        for (float value : row) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest / LARGEST > Float.MIN_NORMAL ? largest / LARGEST : 1;
    }

    /** To nearest, ties to even. */
    static byte round(float value) {
        return (byte) Math.max(-LARGEST, Math.min(LARGEST, Math.rint(value)));
    }
}
