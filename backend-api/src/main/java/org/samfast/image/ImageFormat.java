package org.samfast.image;

import java.nio.charset.StandardCharsets;

/** The formats that are read, told apart by a file's first bytes. */
enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    TIFF,
    WEBP;

    static ImageFormat of(byte[] file) throws BadImage {
        if (file.length == 0) {
            throw new BadImage("the file is empty; get it again from where it came from");
        }
        String head = new String(file, 0, Math.min(file.length, 12), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
            return GIF;
        }
        if (head.startsWith("BM")) {
            return BMP;
        }
        if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
            return TIFF;
        }
        if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
            return WEBP;
        }
        throw ForeignFormat.refusal(file);
    }

    RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        return switch (this) {
            case JPEG -> JpegDecoder.decode(file, limit);
            case PNG -> PngDecoder.decode(file, limit);
            case GIF -> GifDecoder.decode(file, limit);
            case BMP -> BmpDecoder.decode(file, limit);
            case TIFF -> TiffDecoder.decode(file, limit);
            case WEBP -> WebpDecoder.decode(file, limit);
        };
    }
}
