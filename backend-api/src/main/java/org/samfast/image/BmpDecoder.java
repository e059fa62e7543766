package org.samfast.image;

import java.awt.image.BufferedImage;

/** BMP through the JDK's reader. */
final class BmpDecoder {
    private BmpDecoder() {}

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        BufferedImage image = ImageIoDecoder.decode("BMP", file, limit);
        return RasterPixels.image(image);
    }
}
