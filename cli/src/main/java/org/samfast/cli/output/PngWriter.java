package org.samfast.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/**
 * Writes PNG files, row by row: grey, RGB, RGBA and palettes in 8 bits, grey in 16. The JDK's writer would do, but starts up AWT and takes several times
 * as long. Format: PNG specification, third edition.
 */
public final class PngWriter {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int RGBA = 6;
    private static final byte FILTER_NONE = 0;
    private static final byte FILTER_UP = 2;
    private static final byte FILTER_PAETH = 4;
    private static final int CHUNK_BYTES = 1 << 16;

    private PngWriter() {}

    /** The mask as grey values: 255 inside, 0 outside. */
    public static void write(OutputStream out, BinaryMask mask) throws IOException {
        int width = mask.size().width();
        header(out, mask.size(), 8, GREY);
        rows(out, mask.size().height(), width, Deflater.DEFAULT_COMPRESSION, (y, row) -> {
            row[0] = FILTER_UP;
            upOfMask(mask.pixels(), y, width, row);
        });
    }

    /** The image in RGB. */
    public static void write(OutputStream out, RgbImage image) throws IOException {
        header(out, image.size(), 8, RGB);
        photo(out, image.size(), image.rgb(), 3);
    }

    /** Pixels in RGBA, row-major [height][width][4]. */
    static void writeRgba(OutputStream out, Size size, byte[] rgba) throws IOException {
        header(out, size, 8, RGBA);
        photo(out, size, rgba, 4);
    }

    /** Pixels as indices into a palette of at most 256 colours. */
    static void writeIndexed(OutputStream out, Size size, byte[] indices, List<Colour> palette) throws IOException {
        header(out, size, 8, PALETTE);
        ByteArrayOutputStream colours = new ByteArrayOutputStream();
        for (Colour colour : palette) {
            colours.write(colour.red());
            colours.write(colour.green());
            colours.write(colour.blue());
        }
        chunk(out, "PLTE", colours.toByteArray(), colours.size());
        rows(out, size.height(), size.width(), Deflater.DEFAULT_COMPRESSION, (y, row) -> {
            row[0] = FILTER_NONE; // numbers are not tones: differences of them do not get smaller
            System.arraycopy(indices, y * size.width(), row, 1, size.width());
        });
    }

    /** Pixels as grey values of 16 bits. */
    static void writeGrey16(OutputStream out, Size size, char[] values) throws IOException {
        header(out, size, 16, GREY);
        rows(out, size.height(), 2 * size.width(), Deflater.DEFAULT_COMPRESSION, (y, row) -> {
            row[0] = FILTER_NONE;
            for (int x = 0; x < size.width(); x++) {
                int value = values[y * size.width() + x];
                row[2 * x + 1] = (byte) (value >> 8);
                row[2 * x + 2] = (byte) value;
            }
        });
    }

    private static void photo(OutputStream out, Size size, byte[] samples, int perPixel) throws IOException {
        int stride = Math.multiplyExact(size.width(), perPixel);
        rows(out, size.height(), stride, Deflater.BEST_SPEED + 2, (y, row) -> {
            row[0] = FILTER_PAETH;
            paeth(samples, y, stride, perPixel, row);
        });
    }

    private static void rows(OutputStream out, int height, int stride, int level, Row fill) throws IOException {
        data(out, level, pixels -> {
            byte[] row = new byte[stride + 1];
            for (int y = 0; y < height; y++) {
                fill.row(y, row);
                pixels.write(row);
            }
        });
        chunk(out, "IEND", new byte[0], 0);
    }

    /** Puts a row's filter and bytes into {@code row}. */
    @FunctionalInterface
    private interface Row {
        void row(int y, byte[] row);
    }

    private static void upOfMask(byte[] mask, int y, int width, byte[] row) {
        int at = y * width;
        for (int x = 0; x < width; x++) {
            int above = y == 0 ? 0 : mask[at + x - width];
            row[x + 1] = (byte) (255 * (mask[at + x] - above));
        }
    }

    private static void paeth(byte[] samples, int y, int stride, int perPixel, byte[] row) {
        int at = y * stride;
        for (int i = 0; i < stride; i++) {
            int left = i < perPixel ? 0 : samples[at + i - perPixel] & 0xff;
            int above = y == 0 ? 0 : samples[at + i - stride] & 0xff;
            int corner = i < perPixel || y == 0 ? 0 : samples[at + i - stride - perPixel] & 0xff;
            row[i + 1] = (byte) (samples[at + i] - predict(left, above, corner));
        }
    }

    private static int predict(int left, int above, int corner) {
        int toLeft = Math.abs(above - corner);
        int toAbove = Math.abs(left - corner);
        int toCorner = Math.abs(left + above - 2 * corner);
        if (toLeft <= toAbove && toLeft <= toCorner) {
            return left;
        }
        return toAbove <= toCorner ? above : corner;
    }

    private static void header(OutputStream out, Size size, int bits, int colourType) throws IOException {
        out.write(SIGNATURE);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(size.width());
        fields.writeInt(size.height());
        fields.write(new byte[] {(byte) bits, (byte) colourType, 0, 0, 0});
        chunk(out, "IHDR", header.toByteArray(), header.size());
    }

    private static void data(OutputStream out, int level, OutputFile.Content pixels) throws IOException {
        Deflater deflater = new Deflater(level);
        try (DeflaterOutputStream compressed = new DeflaterOutputStream(new Chunks(out), deflater, CHUNK_BYTES)) {
            pixels.writeTo(compressed);
        } finally {
            deflater.end();
        }
    }

    private static void chunk(OutputStream out, String type, byte[] data, int length) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 sum = new CRC32();
        sum.update(name);
        sum.update(data, 0, length);
        DataOutputStream fields = new DataOutputStream(out);
        fields.writeInt(length);
        fields.write(name);
        fields.write(data, 0, length);
        fields.writeInt((int) sum.getValue());
        fields.flush();
    }

    /** Cuts the compressed stream into IDAT chunks; closing it leaves the file open. */
    private static final class Chunks extends OutputStream {
        private final OutputStream out;

        Chunks(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            byte[] piece = from == 0 ? bytes : java.util.Arrays.copyOfRange(bytes, from, from + length);
            chunk(out, "IDAT", piece, length);
        }
    }
}
