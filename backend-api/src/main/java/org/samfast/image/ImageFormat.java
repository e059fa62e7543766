package org.samfast.image;

import java.nio.charset.StandardCharsets;

/** What a file is, by its first bytes. */
enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    TIFF;

    static ImageFormat of(byte[] file) throws BadImage {
        if (file.length == 0) {
            throw new BadImage("the file is empty");
        }
        String head = new String(file, 0, Math.min(file.length, 16), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (head.startsWith("\u0089PNG\r\n")) {
            return PNG;
        }
        if (head.startsWith("GIF8")) {
            return GIF;
        }
        if (head.startsWith("BM")) {
            return BMP;
        }
        if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
            return TIFF;
        }
        throw new BadImage("not an image that can be read; expected JPEG, PNG, GIF, BMP, TIFF or WebP");
    }

    RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        return this == JPEG ? JpegDecoder.decode(file, limit) : ImageIoDecoder.decode(name(), file, limit);
    }
}
