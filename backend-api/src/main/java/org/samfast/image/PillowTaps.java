package org.samfast.image;

/**
 * The filter of one pass of Pillow's BILINEAR along one axis: output i is the sum of the inputs from {@code first[i]} on,
 * times the weights {@code begin[i]} to {@code begin[i + 1]}, plus one half, without its fraction, at most 255. Formulas:
 * Pillow src/libImaging/Resample.c.
 *
 * @param first [outputs] first input of each output
 * @param begin [outputs + 1] where its weights begin and end
 * @param weights fixed point; what follows the last output's is not used
 */
public record PillowTaps(int[] first, int[] begin, int[] weights) {
    /** A weight of 1 is 2 to the power of this. */
    public static final int FRACTION_BITS = 22;

    /**
     * {@return the taps that make so many outputs of so many inputs, both at least 1}
     *
     * @param inputs pixels along the axis before
     * @param outputs pixels along the axis after
     */
    public static PillowTaps of(int inputs, int outputs) {
        double scale = (double) inputs / outputs;
        double support = Math.max(1.0, scale);
        int[] first = new int[outputs];
        int[] begin = new int[outputs + 1];
        int[] weights = new int[Math.multiplyExact(outputs, 2 * (int) Math.ceil(support) + 1)];
        for (int i = 0; i < outputs; i++) {
            double center = (i + 0.5) * scale;
            first[i] = Math.max(0, (int) (center - support + 0.5));
            int count = Math.min(inputs, (int) (center + support + 0.5)) - first[i];
            begin[i + 1] = begin[i] + count;
            weigh(first[i], center, 1.0 / support, weights, begin[i], count);
        }
        return new PillowTaps(first, begin, weights);
    }

    private static void weigh(int first, double center, double slope, int[] weights, int begin, int count) {
        double sum = 0;
        for (int k = first; k < first + count; k++) {
            sum += triangle((k - center + 0.5) * slope);
        }
        for (int k = first; k < first + count; k++) {
            double share = triangle((k - center + 0.5) * slope) / sum;
            weights[begin + k - first] = (int) (0.5 + share * (1 << FRACTION_BITS));
        }
    }

    private static double triangle(double x) {
        return Math.max(0.0, 1.0 - Math.abs(x));
    }
}
