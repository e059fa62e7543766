package org.samfast;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** The inputs that testdata/golden/images/make.py makes by the same formulas, and its tables. */
public final class TestImages {
    public static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    public static final Path GOLDEN = TESTDATA.resolve("golden/images");

    private TestImages() {}

    /** Rows of a table, split at tabs. */
    public static Stream<String[]> table(String name) {
        try {
            return Files.readAllLines(GOLDEN.resolve(name)).stream().map(line -> line.split("\t"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Size size(String width, String height) {
        return new Size(Integer.parseInt(width), Integer.parseInt(height));
    }

    public static RgbImage pattern(Size size) {
        byte[] rgb = new byte[(int) size.area() * 3];
        int to = 0;
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                rgb[to++] = (byte) (x * 7 + y * 3);
                rgb[to++] = (byte) ((x * x + y * 5) / 7);
                rgb[to++] = (byte) ((x ^ y) * 11 + x * y % 13);
            }
        }
        return new RgbImage(size, rgb);
    }

    /** Logits [4][256][256]. */
    public static float[] waves() {
        float[] logits = new float[4 * 256 * 256];
        for (int i = 0; i < logits.length; i++) {
            int mask = i >> 16;
            int y = i >> 8 & 255;
            int x = i & 255;
            logits[i] = (x * (mask + 3) * 37 + y * y * (mask + 1) + x * y) % 2048 / 64f - 15;
        }
        return logits;
    }

    public static BinaryMask blobs(Size size, int seed) {
        byte[] pixels = new byte[(int) size.area()];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % size.width() / 3;
            int y = i / size.width() / 2;
            pixels[i] = (byte) ((x * (seed + 5) + y * 7 + x * y) % 11 < seed ? 1 : 0);
        }
        return new BinaryMask(size, pixels);
    }
}
