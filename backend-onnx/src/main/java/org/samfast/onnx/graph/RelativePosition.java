package org.samfast.onnx.graph;

/**
 * The decomposed relative position of an attention: for a query in row (or column) q and a key in row k it adds
 * {@code query . table[q - k + side - 1]}. Spread out here once, so that a graph multiplies instead of gathering.
 * Source: image_encoder.py get_rel_pos and add_decomposed_rel_pos @dca509f.
 */
final class RelativePosition {
    private RelativePosition() {}

    /**
     * Spreads a table [2 * side - 1][headDim] to matrices [q: side][headDim][k: side].
     *
     * @param scale what every value is multiplied by
     */
    static float[] spread(float[] table, int side, int headDim, float scale) {
        float[] spread = new float[side * headDim * side];
        for (int q = 0; q < side; q++) {
            for (int k = 0; k < side; k++) {
                int row = (q - k + side - 1) * headDim;
                for (int c = 0; c < headDim; c++) {
                    spread[(q * headDim + c) * side + k] = table[row + c] * scale;
                }
            }
        }
        return spread;
    }
}
