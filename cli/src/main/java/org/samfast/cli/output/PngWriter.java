package org.samfast.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/**
 * Writes 8-bit PNG files, grey or RGB, row by row. The JDK's writer would do, but starts up AWT and takes several times
 * as long. Format: PNG specification, third edition.
 */
public final class PngWriter {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final byte FILTER_UP = 2;
    private static final byte FILTER_PAETH = 4;
    private static final int CHUNK_BYTES = 1 << 16;

    private PngWriter() {}

    /** The mask as grey values: 255 inside, 0 outside. */
    public static void write(OutputStream out, BinaryMask mask) throws IOException {
        int width = mask.size().width();
        header(out, mask.size(), GREY);
        data(out, Deflater.DEFAULT_COMPRESSION, pixels -> {
            byte[] row = new byte[width + 1];
            row[0] = FILTER_UP;
            for (int y = 0; y < mask.size().height(); y++) {
                upOfMask(mask.pixels(), y, width, row);
                pixels.write(row);
            }
        });
        chunk(out, "IEND", new byte[0], 0);
    }

    /** The image in RGB. */
    public static void write(OutputStream out, RgbImage image) throws IOException {
        int stride = image.size().width() * 3;
        header(out, image.size(), RGB);
        data(out, Deflater.BEST_SPEED + 2, pixels -> {
            byte[] row = new byte[stride + 1];
            row[0] = FILTER_PAETH;
            for (int y = 0; y < image.size().height(); y++) {
                paeth(image.rgb(), y, stride, row);
                pixels.write(row);
            }
        });
        chunk(out, "IEND", new byte[0], 0);
    }

    private static void upOfMask(byte[] mask, int y, int width, byte[] row) {
        int at = y * width;
        for (int x = 0; x < width; x++) {
            int above = y == 0 ? 0 : mask[at + x - width];
            row[x + 1] = (byte) (255 * (mask[at + x] - above));
        }
    }

    private static void paeth(byte[] rgb, int y, int stride, byte[] row) {
        int at = y * stride;
        for (int i = 0; i < stride; i++) {
            int left = i < 3 ? 0 : rgb[at + i - 3] & 0xff;
            int above = y == 0 ? 0 : rgb[at + i - stride] & 0xff;
            int corner = i < 3 || y == 0 ? 0 : rgb[at + i - stride - 3] & 0xff;
            row[i + 1] = (byte) (rgb[at + i] - predict(left, above, corner));
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

    private static void header(OutputStream out, Size size, int colourType) throws IOException {
        out.write(SIGNATURE);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(size.width());
        fields.writeInt(size.height());
        fields.write(new byte[] {8, (byte) colourType, 0, 0, 0});
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
