package org.samfast.convert;

import org.jspecify.annotations.Nullable;

/**
 * A Linear's weight [rows][columns] in int8.
 *
 * @param values -127 to 127, row-major
 * @param scales per row: a weight is its value times its row's scale
 * @param inputScales per column: what the inputs are divided by; null where every token gets a scale of its own
 */
record Int8Weights(byte[] values, float[] scales, float @Nullable [] inputScales) {
    /** The weights that it stands for, computed as readers do. */
    void dequantise(float[] weights) {
        int columns = weights.length / scales.length;
        for (int i = 0; i < weights.length; i++) {
            float weight = values[i] * scales[i / columns];
            weights[i] = inputScales == null ? weight : weight / inputScales[i % columns];
        }
    }
}
