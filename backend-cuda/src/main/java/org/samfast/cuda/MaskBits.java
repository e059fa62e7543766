package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** Masks of a bit per pixel, as {@link org.samfast.cuda.kernel.UpscaleBits} makes them and as they leave the GPU. */
final class MaskBits {
    private MaskBits() {}

    /**
     * The mask as Java has it.
     *
     * @param words [ceil(height / 32)][width] int, bit i of word w is row 32 w + i
     */
    static BinaryMask mask(Size size, MemorySegment words) {
        int width = size.width();
        byte[] pixels = new byte[Math.toIntExact(size.area())];
        int[] line = new int[width];
        for (int row = 0; row < size.height(); row += Integer.SIZE) {
            long from = (long) row / Integer.SIZE * width;
            MemorySegment.copy(words, ValueLayout.JAVA_INT, from * Integer.BYTES, line, 0, width);
            int rows = Math.min(Integer.SIZE, size.height() - row);
            for (int bit = 0; bit < rows; bit++) {
                spread(line, bit, pixels, (row + bit) * width);
            }
        }
        return new BinaryMask(size, pixels);
    }

    private static void spread(int[] words, int bit, byte[] to, int at) {
        for (int x = 0; x < words.length; x++) {
            to[at + x] = (byte) (words[x] >>> bit & 1);
        }
    }
}
