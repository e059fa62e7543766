package org.samfast.image;

/**
 * An 8-bit RGB image as a person sees it (EXIF orientation already applied).
 *
 * @param size width and height in pixels
 * @param rgb row-major [height][width][3], owned by this image: not to be written to
 */
public record RgbImage(Size size, byte[] rgb) {
    /** IllegalArgumentException where there are not width x height x 3 bytes. */
    public RgbImage {
        long expected = size.area() * 3;
        if (rgb.length != expected) {
            throw new IllegalArgumentException(
                    "RGB image " + size + ": expected " + expected + " bytes, got " + rgb.length);
        }
    }
}
