package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.image.ImageException;

/**
 * All masks of an image as the numbers of its pixels: k inside the k-th mask, 0 outside all; where masks overlap the
 * smaller one is seen. Up to 255 masks it is a PNG with a palette in the colours of the overlay, beyond that one in 16-bit
 * grey.
 */
final class IndexImage {
    private static final int PALETTE_MASKS = 255;
    private static final int MOST_MASKS = 65535;

    private IndexImage() {}

    static void write(ImageResult image) throws IOException {
        Path target = image.names().file(OutputFormat.INDEX);
        int masks = image.masks().size();
        if (masks > MOST_MASKS) {
            throw new ImageException(image.file() + ": expected at most " + MOST_MASKS
                    + " masks for --format index, got " + masks + "; choose another format");
        }
        char[] numbers = numbers(image);
        if (masks > PALETTE_MASKS) {
            OutputFile.write(target, out -> PngWriter.writeGrey16(out, image.size(), numbers));
        } else {
            OutputFile.write(target, out -> PngWriter.writeIndexed(out, image.size(), bytes(numbers), palette(masks)));
        }
    }

    private static char[] numbers(ImageResult image) {
        char[] numbers = new char[Math.toIntExact(image.size().area())];
        IntStream.range(0, image.masks().size())
                .boxed()
                .sorted(Comparator.comparingLong(i -> -image.masks().get(i).area()))
                .forEach(i -> paint(numbers, image.masks().get(i).mask().pixels(), (char) (i + 1)));
        return numbers;
    }

    private static void paint(char[] numbers, byte[] mask, char number) {
        for (int i = 0; i < numbers.length; i++) {
            if (mask[i] != 0) {
                numbers[i] = number;
            }
        }
    }

    private static byte[] bytes(char[] numbers) {
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) numbers[i];
        }
        return bytes;
    }

    private static List<Colour> palette(int masks) {
        List<Colour> palette = new ArrayList<>(List.of(Colour.BLACK));
        for (int i = 0; i < masks; i++) {
            palette.add(Colour.ofMask(i));
        }
        return palette;
    }
}
