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
    private static final int FRACTION_BITS = PillowTaps.FRACTION_BITS;
    /** Height over width from which Pillow turns the order of the passes. */
    private static final long TALL = 100;

    private static final int HALF = 1 << (FRACTION_BITS - 1);

    private PillowBilinear() {}

    static RgbImage resize(RgbImage image, Size size) {
        return pass(pass(image, afterFirstPass(image.size(), size)), size);
    }

    /** What the first of the two passes leaves. */
    static Size afterFirstPass(Size from, Size to) {
        if (from.height() > from.width() * TALL && to.height() < from.height()) {
            return new Size(from.width(), to.height());
        }
        return new Size(to.width(), from.height());
    }

    private static RgbImage pass(RgbImage image, Size to) {
        return to.width() == image.size().width() ? alongColumns(image, to.height()) : alongRows(image, to.width());
    }

    private static RgbImage alongRows(RgbImage image, int width) {
        int height = image.size().height();
        PillowTaps taps = PillowTaps.of(image.size().width(), width);
        byte[] out = new byte[Math.multiplyExact(height, width * BANDS)];
        IntStream.range(0, height).parallel().forEach(y -> row(image, y, taps, out, width));
        return new RgbImage(new Size(width, height), out);
    }

    // Arrays in variables and no call in the loops: until the optimizing compiler comes, all threads count what is
    // executed in
    // the same words, which took most of the first resize's time.
    private static void row(RgbImage image, int y, PillowTaps taps, byte[] out, int width) {
        byte[] in = image.rgb();
        int[] first = taps.first();
        int[] begin = taps.begin();
        int[] weights = taps.weights();
        int start = y * image.size().width() * BANDS;
        int to = y * width * BANDS;
        for (int x = 0; x < width; x++) {
            int from = start + first[x] * BANDS;
            int end = begin[x + 1];
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            for (int tap = begin[x]; tap < end; tap++) {
                int weight = weights[tap];
                red += (in[from] & 255) * weight;
                green += (in[from + 1] & 255) * weight;
                blue += (in[from + 2] & 255) * weight;
                from += BANDS;
            }
            red >>= FRACTION_BITS;
            green >>= FRACTION_BITS;
            blue >>= FRACTION_BITS;
            out[to] = (byte) (red - (red >> 8));
            out[to + 1] = (byte) (green - (green >> 8));
            out[to + 2] = (byte) (blue - (blue >> 8));
            to += BANDS;
        }
    }

    private static RgbImage alongColumns(RgbImage image, int height) {
        if (height == image.size().height()) {
            return image;
        }
        int stride = image.size().width() * BANDS;
        PillowTaps taps = PillowTaps.of(image.size().height(), height);
        byte[] out = new byte[Math.multiplyExact(height, stride)];
        IntStream.range(0, height).parallel().forEach(y -> mixRows(image.rgb(), stride, taps, y, out));
        return new RgbImage(new Size(image.size().width(), height), out);
    }

    // whole rows at a time, so that the inner loop is one that the compiler vectorises
    private static void mixRows(byte[] in, int stride, PillowTaps taps, int y, byte[] out) {
        int[] sums = new int[stride];
        Arrays.fill(sums, HALF);
        int from = taps.first()[y] * stride;
        for (int tap = taps.begin()[y]; tap < taps.begin()[y + 1]; tap++) {
            addRow(sums, in, from, taps.weights()[tap]);
            from += stride;
        }
        toBytes(sums, out, y * stride);
    }

    private static void addRow(int[] sums, byte[] in, int from, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (in[from + i] & 255) * weight;
        }
    }

    // weights are not negative and sum to 1 within their rounding, so at most 256 is left: that, less one, is the only
    // guard
    private static void toBytes(int[] sums, byte[] out, int to) {
        for (int i = 0; i < sums.length; i++) {
            int value = sums[i] >> FRACTION_BITS;
            out[to + i] = (byte) (value - (value >> 8));
        }
    }
}
