package org.samfast.cli.bench;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

/**
 * Images for a benchmark without files: 640x480, the same on every machine. Noise whose amplitude falls with its
 * frequency, as in photos, with ten discs for objects; never flat, because a GPU clocks higher on zeros.
 */
public final class SyntheticImages {
    static final Size SIZE = new Size(640, 480);

    private static final int LARGEST_CELL = 160;
    private static final int SMALLEST_CELL = 5;
    private static final int DISCS = 10;

    private final Random random;
    private final float[] values = new float[Math.toIntExact(SIZE.area() * 3)];

    private SyntheticImages(int number) {
        random = new Random(number);
    }

    /** The first so many of the series. */
    public static List<RgbImage> first(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> new SyntheticImages(number).image())
                .toList();
    }

    private RgbImage image() {
        for (int cell = LARGEST_CELL; cell >= SMALLEST_CELL; cell /= 2) {
            addNoise(cell, 64 * (float) Math.sqrt((double) cell / LARGEST_CELL));
        }
        for (int disc = 0; disc < DISCS; disc++) {
            addDisc();
        }
        byte[] rgb = new byte[values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.clamp(Math.round(128 + values[i]), 0, 255);
        }
        return new RgbImage(SIZE, rgb);
    }

    /** Random values at the corners of square cells, bilinear between them. */
    private void addNoise(int cell, float amplitude) {
        int row = (SIZE.width() / cell + 2) * 3;
        float[] corners = noise(row * (SIZE.height() / cell + 2), amplitude);
        int i = 0;
        for (int y = 0; y < SIZE.height(); y++) {
            float down = (float) (y % cell) / cell;
            for (int x = 0; x < SIZE.width(); x++) {
                float right = (float) (x % cell) / cell;
                int corner = y / cell * row + x / cell * 3;
                for (int end = corner + 3; corner < end; corner++) {
                    float above = corners[corner] + right * (corners[corner + 3] - corners[corner]);
                    float below = corners[corner + row] + right * (corners[corner + row + 3] - corners[corner + row]);
                    values[i++] += above + down * (below - above);
                }
            }
        }
    }

    private float[] noise(int count, float amplitude) {
        float[] noise = new float[count];
        for (int i = 0; i < count; i++) {
            noise[i] = amplitude * (2 * random.nextFloat() - 1);
        }
        return noise;
    }

    /** A disc of one colour, through which a third of what lies behind still shows. */
    private void addDisc() {
        int centreX = random.nextInt(SIZE.width());
        int centreY = random.nextInt(SIZE.height());
        int radius = 20 + random.nextInt(80);
        float[] colour = {random.nextInt(-128, 128), random.nextInt(-128, 128), random.nextInt(-128, 128)};
        for (int y = Math.max(0, centreY - radius); y < Math.min(SIZE.height(), centreY + radius); y++) {
            for (int x = Math.max(0, centreX - radius); x < Math.min(SIZE.width(), centreX + radius); x++) {
                if ((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY) < radius * radius) {
                    paint((y * SIZE.width() + x) * 3, colour);
                }
            }
        }
    }

    private void paint(int pixel, float[] colour) {
        for (int channel = 0; channel < 3; channel++) {
            values[pixel + channel] = (2 * colour[channel] + values[pixel + channel]) / 3;
        }
    }
}
