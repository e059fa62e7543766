package org.samfast.prompt;

/**
 * A box in pixels of the image, corners in order: {@code x0 < x1}, {@code y0 < y1}.
 *
 * @param x0 left
 * @param y0 top
 * @param x1 right
 * @param y1 bottom
 */
public record ImageBox(double x0, double y0, double x1, double y1) {
    /** IllegalArgumentException where the corners are not in order. */
    public ImageBox {
        if (!(x0 < x1 && y0 < y1)) {
            throw new IllegalArgumentException(
                    "box " + x0 + "," + y0 + "," + x1 + "," + y1 + ": expected x0 < x1 and y0 < y1");
        }
    }
}
