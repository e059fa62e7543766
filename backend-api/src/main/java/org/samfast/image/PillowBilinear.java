package org.samfast.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Pillow's {@code Image.resize(size, BILINEAR)} of an RGB image, bit for bit: a triangle filter as wide as the
 * reduction, 22-bit fixed-point weights, first along rows, rounded to bytes, then along columns. A pass that would not
 * change the size is left out, and a very tall image is reduced along columns first. Formulas: Pillow
 * src/libImaging/Resample.c and Image.resize.
 */
final class PillowBilinear {
    private static final int BANDS = 3;
    private static final int FRACTION_BITS = 22;
    /** Height over width from which Pillow turns the order of the passes. */
    private static final long TALL = 100;

    private static final int HALF = 1 << (FRACTION_BITS - 1);

    private PillowBilinear() {}

    static RgbImage resize(RgbImage image, Size size) {
        Size from = image.size();
        if (from.height() > from.width() * TALL && size.height() < from.height()) {
            return alongRows(alongColumns(image, size.height()), size.width());
        }
        return alongColumns(alongRows(image, size.width()), size.height());
    }

    private static RgbImage alongRows(RgbImage image, int width) {
        int height = image.size().height();
        if (width == image.size().width()) {
            return image;
        }
        Taps taps = Taps.of(image.size().width(), width);
        byte[] out = new byte[Math.multiplyExact(height, width * BANDS)];
        IntStream.range(0, height).parallel().forEach(y -> row(image, y, taps, out, width));
        return new RgbImage(new Size(width, height), out);
    }

    private static void row(RgbImage image, int y, Taps taps, byte[] out, int width) {
        byte[] in = image.rgb();
        int start = y * image.size().width() * BANDS;
        int to = y * width * BANDS;
        for (int x = 0; x < width; x++) {
            int from = start + taps.first[x] * BANDS;
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            for (int tap = taps.begin[x]; tap < taps.begin[x + 1]; tap++) {
                int weight = taps.weights[tap];
                red += (in[from] & 255) * weight;
                green += (in[from + 1] & 255) * weight;
                blue += (in[from + 2] & 255) * weight;
                from += BANDS;
            }
            out[to++] = toByte(red);
            out[to++] = toByte(green);
            out[to++] = toByte(blue);
        }
    }

    private static RgbImage alongColumns(RgbImage image, int height) {
        if (height == image.size().height()) {
            return image;
        }
        int stride = image.size().width() * BANDS;
        Taps taps = Taps.of(image.size().height(), height);
        byte[] out = new byte[Math.multiplyExact(height, stride)];
        IntStream.range(0, height).parallel().forEach(y -> mixRows(image.rgb(), stride, taps, y, out));
        return new RgbImage(new Size(image.size().width(), height), out);
    }

    // whole rows at a time, so that the inner loop is one that the compiler vectorises
    private static void mixRows(byte[] in, int stride, Taps taps, int y, byte[] out) {
        int[] sums = new int[stride];
        Arrays.fill(sums, HALF);
        int from = taps.first[y] * stride;
        for (int tap = taps.begin[y]; tap < taps.begin[y + 1]; tap++) {
            addRow(sums, in, from, taps.weights[tap]);
            from += stride;
        }
        for (int i = 0; i < stride; i++) {
            out[y * stride + i] = toByte(sums[i]);
        }
    }

    private static void addRow(int[] sums, byte[] in, int from, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (in[from + i] & 255) * weight;
        }
    }

    // weights are not negative and sum to 1 within their rounding, so only the upper end needs a guard
    private static byte toByte(int sum) {
        return (byte) Math.min(255, sum >> FRACTION_BITS);
    }

    /**
     * The inputs of each output position along one axis: those from {@code first[i]} on, with the weights
     * {@code begin[i]} to {@code begin[i + 1]}.
     */
    private record Taps(int[] first, int[] begin, int[] weights) {
        static Taps of(int inputs, int outputs) {
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
            return new Taps(first, begin, weights);
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
}
