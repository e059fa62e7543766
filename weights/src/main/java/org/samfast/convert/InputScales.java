package org.samfast.convert;

/**
 * Scales of a Linear's inputs that are quantised without looking at them: per feature its largest value over 127, shared out
 * between inputs and weights. What is gained on one side is lost on the other; of a few exponents the one is taken that
 * promises the least error of the outputs (the trade of SmoothQuant, arXiv 2211.10438, with a measured choice).
 */
final class InputScales {
    private static final double[] EXPONENTS = {0, 0.25, 0.5, 0.75, 1};

    private final float[] weights;
    private final int rows;
    private final LinearInputs inputs;
    private final double[] largestWeights;

    private InputScales(float[] weights, int rows, LinearInputs inputs) {
        this.weights = weights;
        this.rows = rows;
        this.inputs = inputs;
        this.largestWeights = largestWeights();
    }

    /** What each of the inputs is divided by. */
    static float[] of(float[] weights, int rows, LinearInputs inputs) {
        InputScales choice = new InputScales(weights, rows, inputs);
        float[] best = choice.scales(0);
        for (double exponent : EXPONENTS) {
            float[] scales = choice.scales(exponent);
            best = choice.expectedError(scales) < choice.expectedError(best) ? scales : best;
        }
        return best;
    }

    private double[] largestWeights() {
        double[] largest = new double[inputs.columns()];
        for (int i = 0; i < weights.length; i++) {
            int column = i % largest.length;
            largest[column] = Math.max(largest[column], Math.abs(weights[i]));
        }
        return largest;
    }

    /** Exponent 0 gives all features one scale, 1 each its own. */
    private float[] scales(double exponent) {
        int columns = inputs.columns();
        double[] factors = new double[columns];
        double step = 0;
        for (int c = 0; c < columns; c++) {
            double input = Math.max(inputs.largest()[c], 1e-6);
            double weight = Math.max(largestWeights[c], 1e-6);
            factors[c] = exponent == 0 ? 1 : Math.pow(input, exponent) / Math.pow(weight, 1 - exponent);
            step = Math.max(step, input / factors[c] / Int8Quantizer.LARGEST);
        }
        float[] scales = new float[columns];
        for (int c = 0; c < columns; c++) {
            scales[c] = (float) (factors[c] * step);
        }
        return scales;
    }

    /** Mean squared error of all outputs together, were every rounding uniform and by itself. */
    private double expectedError(float[] scales) {
        int columns = scales.length;
        double inputPower = 0;
        double[] weightPower = new double[columns];
        double weightSteps = 0;
        for (int c = 0; c < columns; c++) {
            double power = inputs.secondMoments()[c * columns + c] / inputs.rows();
            inputPower += power / scales[c] / scales[c];
        }
        for (int r = 0; r < rows; r++) {
            double largest = 0;
            for (int c = 0; c < columns; c++) {
                double weight = weights[r * columns + c];
                weightPower[c] += weight * weight;
                largest = Math.max(largest, Math.abs(weight * scales[c]));
            }
            weightSteps += largest * largest / Int8Quantizer.LARGEST / Int8Quantizer.LARGEST;
        }
        double inputError = 0;
        for (int c = 0; c < columns; c++) {
            inputError += weightPower[c] * scales[c] * scales[c];
        }
        return inputError + weightSteps * inputPower; // both over 12
    }
}
