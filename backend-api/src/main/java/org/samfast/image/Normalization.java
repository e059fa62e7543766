package org.samfast.image;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Pixels to the encoder's input: {@code (value - mean) / deviation} per channel, in float32. Source: segment-anything
 * modeling/sam.py, preprocess.
 */
public final class Normalization {
    /** Side of the encoder's input. */
    public static final int SIDE = ResizeLongestSide.LONGEST_SIDE;
    /** Floats of one image: 3 x 1024 x 1024. */
    public static final int VALUES = 3 * SIDE * SIDE;

    private static final float[] MEAN = {123.675f, 116.28f, 103.53f};
    private static final float[] DEVIATION = {58.395f, 57.12f, 57.375f};
    private static final float[][] NORMALIZED = table();

    private Normalization() {}

    /**
     * Writes the resized image, normalised and zero-padded right and below, as planes [3][1024][1024] in the order red,
     * green, blue. They go from the buffer's position on, which stays where it is; a batch passes slices.
     *
     * @param resized longest side at most 1024
     * @param into room for 3x1024x1024 values from its position on
     * @throws IllegalArgumentException where the image is larger than 1024x1024 or the buffer has no room
     */
    public static void planes(RgbImage resized, FloatBuffer into) {
        Size size = resized.size();
        if (Math.max(size.width(), size.height()) > SIDE) {
            throw new IllegalArgumentException("encoder input: expected at most 1024x1024 pixels, got " + size);
        }
        if (into.remaining() < VALUES) {
            throw new IllegalArgumentException(
                    "encoder input: expected room for " + VALUES + " floats, got " + into.remaining());
        }
        for (int plane = 0; plane < 3; plane++) {
            plane(resized, plane, into);
        }
    }

    private static void plane(RgbImage image, int plane, FloatBuffer into) {
        int width = image.size().width();
        float[] table = NORMALIZED[plane];
        float[] row = new float[SIDE];
        for (int y = 0; y < SIDE; y++) {
            if (y < image.size().height()) {
                int from = y * width * 3 + plane;
                for (int x = 0; x < width; x++) {
                    row[x] = table[image.rgb()[from + 3 * x] & 255];
                }
            } else {
                Arrays.fill(row, 0);
            }
            into.put(into.position() + (plane * SIDE + y) * SIDE, row);
        }
    }

    private static float[][] table() {
        float[][] table = new float[3][256];
        for (int plane = 0; plane < 3; plane++) {
            for (int value = 0; value < 256; value++) {
                table[plane][value] = (value - MEAN[plane]) / DEVIATION[plane];
            }
        }
        return table;
    }
}
