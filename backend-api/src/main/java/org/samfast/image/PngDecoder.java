package org.samfast.image;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * PNG: walks the chunks and gives the JDK's reader only those that make pixels, so that profiles, texts and
 * transparency are parsed by nobody. Source: PNG specification, third edition.
 */
final class PngDecoder {
    private static final String NAME = "PNG";
    private static final int SIGNATURE = 8;
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504c5445;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;
    private static final int EXIF = 0x65584966;

    private final ByteBuffer file;
    private final ByteBuffer pixels;
    private int orientation = Orientation.UNKNOWN;

    private PngDecoder(byte[] file) {
        this.file = ByteBuffer.wrap(file);
        this.pixels = ByteBuffer.allocate(file.length);
    }

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        return new PngDecoder(file).decode(limit);
    }

    private RgbImage decode(PixelLimit limit) throws BadImage {
        Size size = size(limit);
        pixels.put(file.array(), 0, SIGNATURE);
        int at = SIGNATURE;
        while (at >= 0) {
            at = chunk(at);
        }
        BufferedImage image =
                ImageIoDecoder.run(NAME, new ByteInput(pixels.array(), pixels.position()), reader -> reader.read(0));
        return Orientation.apply(new RgbImage(size, RasterPixels.rgb(image)), orientation);
    }

    private Size size(PixelLimit limit) throws BadImage {
        if (file.limit() < SIGNATURE + 25) {
            throw BadImage.cut(NAME);
        }
        if (file.getInt(SIGNATURE + 4) != IHDR) {
            throw BadImage.damaged(NAME, "it does not begin with its header");
        }
        return limit.accept(file.getInt(SIGNATURE + 8) & 0xffffffffL, file.getInt(SIGNATURE + 12) & 0xffffffffL);
    }

    /** Reads one chunk; where the next begins, or -1 after the last. */
    private int chunk(int at) throws BadImage {
        long length = at + 12 <= file.limit() ? file.getInt(at) & 0xffffffffL : Long.MAX_VALUE;
        if (length > file.limit() - at - 12) {
            throw BadImage.cut(NAME);
        }
        int end = at + 12 + (int) length;
        int kind = file.getInt(at + 4);
        if (kind == IHDR || kind == PLTE || kind == IDAT || kind == IEND) {
            checkSum(at + 4, end - 4);
            pixels.put(file.array(), at, end - at);
        } else if (kind == EXIF) {
            orientation = TiffTags.of(file.array(), at + 8, end - 4).orientation();
        }
        return kind == IEND ? -1 : end;
    }

    private void checkSum(int begin, int end) throws BadImage {
        CRC32 sum = new CRC32();
        sum.update(file.array(), begin, end - begin);
        if ((int) sum.getValue() != file.getInt(end)) {
            throw BadImage.damaged(NAME, "a checksum does not match its data");
        }
    }
}
