package org.samfast.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.prompt.ImagePoint;

/** Against the definition: every pixel with every pixel outside. */
class DeepestPointTest {
    @ParameterizedTest
    @CsvSource({"1,1,0", "1,9,1", "9,1,1", "13,8,3", "21,30,20", "40,33,200"})
    void isTheFirstOfThePixelsFarthestFromTheOutside(int width, int height, int holes) {
        for (int seed = 0; seed < 5; seed++) {
            BinaryMask mask = mask(new Size(width, height), holes, seed);
            assertThat(DeepestPoint.of(mask)).isEqualTo(bruteForce(mask));
        }
    }

    @Test
    void liesInTheMiddleOfARectangle() {
        byte[] pixels = new byte[20 * 10];
        for (int y = 2; y < 9; y++) {
            for (int x = 5; x < 12; x++) {
                pixels[y * 20 + x] = 1;
            }
        }
        assertThat(DeepestPoint.of(new BinaryMask(new Size(20, 10), pixels))).isEqualTo(new ImagePoint(8, 5, true));
    }

    private static BinaryMask mask(Size size, int holes, int seed) {
        byte[] pixels = new byte[(int) size.area()];
        java.util.Arrays.fill(pixels, (byte) 1);
        Random random = new Random(seed);
        for (int i = 0; i < holes; i++) {
            pixels[random.nextInt(pixels.length)] = 0;
        }
        pixels[pixels.length - 1] = 1;
        return new BinaryMask(size, pixels);
    }

    private static ImagePoint bruteForce(BinaryMask mask) {
        int width = mask.size().width();
        int height = mask.size().height();
        long deepest = 0;
        int best = 0;
        for (int at = 0; at < mask.pixels().length; at++) {
            int x = at % width;
            int y = at / width;
            long depth = Long.MAX_VALUE;
            for (int oy = -1; oy <= height; oy++) {
                for (int ox = -1; ox <= width; ox++) {
                    boolean outside =
                            ox < 0 || oy < 0 || ox == width || oy == height || mask.pixels()[oy * width + ox] == 0;
                    if (outside) {
                        depth = Math.min(depth, (long) (ox - x) * (ox - x) + (long) (oy - y) * (oy - y));
                    }
                }
            }
            if (depth > deepest) {
                deepest = depth;
                best = at;
            }
        }
        return new ImagePoint(best % width, Math.floorDiv(best, width), true);
    }
}
