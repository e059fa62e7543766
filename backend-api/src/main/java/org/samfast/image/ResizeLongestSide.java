package org.samfast.image;

/**
 * The frame of the image encoder: longest side 1024, the other in proportion. Owns all conversion between the two
 * frames. Source: segment-anything utils/transforms.py. CONTRACT STUB.
 */
public record ResizeLongestSide(Size original, Size resized) {
    /** The frame of an image of that size. */
    public static ResizeLongestSide of(Size original) {
        throw new UnsupportedOperationException();
    }

    /** x of the image to x of the encoder's frame. */
    public double toEncoderX(double x) {
        return x * ((double) resized.width() / original.width());
    }

    /** y of the image to y of the encoder's frame. */
    public double toEncoderY(double y) {
        return y * ((double) resized.height() / original.height());
    }

    /** The image at the encoder's size, bit for bit Pillow's BILINEAR. */
    public RgbImage resize(RgbImage image) {
        throw new UnsupportedOperationException();
    }
}
