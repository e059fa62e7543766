package org.samfast.image;

/** A width and a height in pixels, both positive. */
public record Size(int width, int height) {
    public Size {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("size " + width + "x" + height + ": both sides must be at least 1");
        }
    }

    /** Pixels in all. */
    public long area() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
