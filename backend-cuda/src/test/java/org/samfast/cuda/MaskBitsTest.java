package org.samfast.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.Size;

class MaskBitsTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "3, 31", "5, 32", "7, 33", "64, 100"})
    void bitIOfWordWIsRow32WPlusI(int width, int height) {
        Random random = new Random(3);
        byte[] pixels = new byte[width * height];
        int[] words = new int[Math.ceilDiv(height, 32) * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int inside = random.nextInt(2);
                pixels[y * width + x] = (byte) inside;
                words[y / 32 * width + x] |= inside << y % 32;
            }
        }
        assertThat(MaskBits.mask(new Size(width, height), MemorySegment.ofArray(words))
                        .pixels())
                .isEqualTo(pixels);
    }
}
