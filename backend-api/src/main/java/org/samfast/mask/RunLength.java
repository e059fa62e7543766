package org.samfast.mask;

import java.util.Arrays;
import org.samfast.image.CropBox;
import org.samfast.image.Size;

/**
 * A mask as COCO's run lengths: pixels outside, inside, outside ... down the columns from the left, starting with those
 * outside. Source: cocoapi common/maskApi.c.
 *
 * @param size of the image
 * @param counts lengths of the runs, whose sum is the area of the image; owned by this value: not to be written to
 */
public record RunLength(Size size, int[] counts) {
    /** Columns that are turned at once, so that the mask is read along its rows. */
    private static final int TURNED = 64;

    /** Five bits a character: 30 bits in six, and the sign. */
    private static final int MAX_CHARACTERS = 7;

    /**
     * Keeps {@code counts}, uncopied.
     *
     * @throws IllegalArgumentException where a run is negative or their sum is not the area of the image
     */
    public RunLength {
        long sum = 0;
        for (int count : counts) {
            if (count < 0) {
                throw new IllegalArgumentException("run lengths: expected 0 or more, got " + count);
            }
            sum += count;
        }
        if (sum != size.area()) {
            throw new IllegalArgumentException(
                    "run lengths: expected a sum of " + size + " = " + size.area() + " pixels, got " + sum);
        }
    }

    /**
     * {@return the run lengths of a mask}
     *
     * @param mask of any size
     */
    public static RunLength of(BinaryMask mask) {
        int width = mask.size().width();
        Runs runs = new Runs();
        byte[] columns =
                new byte[Math.multiplyExact(Math.min(TURNED, width), mask.size().height())];
        for (int x = 0; x < width; x += TURNED) {
            runs.add(columns, turn(mask, x, Math.min(TURNED, width - x), columns));
        }
        return new RunLength(mask.size(), runs.finish());
    }

    private static int turn(BinaryMask mask, int left, int columns, byte[] into) {
        int height = mask.size().height();
        for (int y = 0; y < height; y++) {
            int from = y * mask.size().width() + left;
            for (int x = 0; x < columns; x++) {
                into[x * height + y] = mask.pixels()[from + x];
            }
        }
        return columns * height;
    }

    /** {@return the mask, expanded} */
    public BinaryMask mask() {
        int width = size.width();
        byte[] pixels = new byte[Math.toIntExact(size.area())];
        int at = 0;
        for (int i = 0; i < counts.length; i++) {
            int end = at + counts[i];
            for (; at < end && i % 2 == 1; at++) {
                pixels[at % size.height() * width + at / size.height()] = 1;
            }
            at = end;
        }
        return new BinaryMask(size, pixels);
    }

    /**
     * {@return the same mask in the image that the crop was cut from, outside where the crop ends}
     *
     * @param crop where this mask's frame lies in the image
     * @param image size of the image
     * @throws IllegalArgumentException where this is not a mask of the crop's size
     */
    public RunLength uncropped(CropBox crop, Size image) {
        if (!size.equals(crop.size())) {
            throw new IllegalArgumentException("uncrop: expected a mask of " + crop.size() + ", got " + size);
        }
        Runs runs = new Runs();
        runs.add(0, crop.x0() * image.height());
        int at = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int end = at + counts[i], next; at < end; at = next) {
                next = Math.min(end, (at / size.height() + 1) * size.height());
                runs.add(0, at % size.height() == 0 ? crop.y0() : 0);
                runs.add(i % 2, next - at);
                runs.add(0, next % size.height() == 0 ? image.height() - crop.y1() : 0);
            }
        }
        runs.add(0, (image.width() - crop.x1()) * image.height());
        return new RunLength(image, runs.finish());
    }

    /** {@return pixels inside} */
    public long area() {
        long inside = 0;
        for (int i = 1; i < counts.length; i += 2) {
            inside += counts[i];
        }
        return inside;
    }

    /** {@return COCO's string: each run less the one of its kind before, five bits a character from the low end} */
    public String compressed() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < counts.length; i++) {
            int rest = i > 2 ? counts[i] - counts[i - 2] : counts[i];
            boolean more = true;
            while (more) {
                int bits = rest & 31;
                rest >>= 5;
                more = rest != ((bits & 16) == 0 ? 0 : -1);
                text.append((char) (48 + (more ? bits | 32 : bits)));
            }
        }
        return text.toString();
    }

    /**
     * {@return the run lengths of COCO's string}
     *
     * @param size of the image
     * @param compressed such as pycocotools writes as {@code counts}
     * @throws IllegalArgumentException where it is not one, or not of an image of that size
     */
    public static RunLength parse(Size size, String compressed) {
        int[] counts = new int[compressed.length()];
        int found = 0;
        int at = 0;
        while (at < compressed.length()) {
            int end = endOfNumber(compressed, at);
            long count = number(compressed, at, end) + (found > 2 ? counts[found - 2] : 0);
            if (count < 0 || count > size.area()) {
                throw new IllegalArgumentException(
                        "compressed run lengths: run " + found + " is " + count + ", expected 0 to " + size.area());
            }
            counts[found++] = (int) count;
            at = end;
        }
        return new RunLength(size, Arrays.copyOf(counts, found));
    }

    private static int endOfNumber(String text, int begin) {
        for (int at = begin; at < Math.min(text.length(), begin + MAX_CHARACTERS); at++) {
            int bits = text.charAt(at) - 48;
            if (bits < 0 || bits > 63) {
                throw new IllegalArgumentException(
                        "compressed run lengths: character " + at + " is not one that COCO writes");
            }
            if (bits < 32) {
                return at + 1;
            }
        }
        throw new IllegalArgumentException("compressed run lengths: the number at " + begin + " does not end");
    }

    private static long number(String text, int begin, int end) {
        long value = ((text.charAt(end - 1) - 48) & 16) == 0 ? 0 : -1;
        for (int at = end - 1; at >= begin; at--) {
            value = (value << 5) | ((text.charAt(at) - 48) & 31);
        }
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RunLength that && size.equals(that.size) && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * size.hashCode() + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return size + " " + Arrays.toString(counts);
    }

    /** Counts equal pixels as they come. */
    private static final class Runs {
        private int[] counts = new int[64];
        private int found;
        private int length;
        private byte inside;

        void add(byte[] pixels, int count) {
            for (int i = 0; i < count; i++) {
                if (pixels[i] != inside) {
                    close();
                    inside = pixels[i];
                }
                length++;
            }
        }

        void add(int value, int count) {
            if (count > 0 && value != inside) {
                close();
                inside = (byte) value;
            }
            length += count;
        }

        int[] finish() {
            close();
            return Arrays.copyOf(counts, found);
        }

        private void close() {
            counts = found == counts.length ? Arrays.copyOf(counts, 2 * found) : counts;
            counts[found++] = length;
            length = 0;
        }
    }
}
