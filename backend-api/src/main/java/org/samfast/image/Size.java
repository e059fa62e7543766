package org.samfast.image;

/**
 * A width and a height in pixels, both positive.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record Size(int width, int height) {
    /** IllegalArgumentException where a side is below 1. */
    public Size {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("size " + width + "x" + height + ": both sides must be at least 1");
        }
    }

    /** {@return pixels in all} */
    public long area() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
