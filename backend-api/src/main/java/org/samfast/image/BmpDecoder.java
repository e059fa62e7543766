package org.samfast.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** BMP through the JDK's reader; sizes are checked here first, because it decodes what is missing as black. */
final class BmpDecoder {
    private static final int OLD_HEADER = 12;
    private static final int NEW_HEADER = 40;
    private static final int UNCOMPRESSED = 0;
    private static final int BIT_FIELDS = 3;
    private static final int MOST_COLOURS = 256;

    private BmpDecoder() {}

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        if (file.length < 34) {
            throw BadImage.cut("BMP");
        }
        ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        boolean old = header.getInt(14) == OLD_HEADER;
        long width = old ? header.getShort(18) : header.getInt(18);
        long height = Math.abs((long) (old ? header.getShort(20) : header.getInt(22)));
        limit.accept(width, height);
        long rowBytes = (width * header.getShort(old ? 24 : 28) + 31) / 32 * 4;
        if (!old) {
            checkNewHeader(header, file.length);
        }
        boolean plain = old || header.getInt(30) == UNCOMPRESSED;
        if (plain && (header.getInt(10) & 0xffffffffL) + rowBytes * height > file.length) {
            throw BadImage.cut("BMP");
        }
        return RasterPixels.image(ImageIoDecoder.decode("BMP", file, limit));
    }

    /** The JDK's reader allocates what these fields say. */
    private static void checkNewHeader(ByteBuffer header, int length) throws BadImage {
        if (length < 14 + NEW_HEADER || (header.getInt(10) & 0xffffffffL) > length) {
            throw BadImage.cut("BMP");
        }
        int compression = header.getInt(30);
        if (compression < UNCOMPRESSED || compression > BIT_FIELDS) {
            throw new BadImage("a BMP of compression " + compression
                    + " (a JPEG or PNG inside) is not supported; convert it to JPEG or PNG first");
        }
        int colours = header.getInt(46);
        if (colours < 0 || colours > MOST_COLOURS) {
            throw new BadImage("the BMP claims a palette of " + Integer.toUnsignedString(colours)
                    + " colours, 256 at most are possible; the file is damaged");
        }
    }
}
