package org.samfast.cli.output;

import org.samfast.image.RgbImage;
import org.samfast.image.Size;

/**
 * Anti-aliased shapes on a copy of an image. Every shape is given by its signed distance, so that its edge is one pixel
 * of even fading; the result is the same on every machine, which Java2D does not promise.
 */
final class Canvas {
    private final Size size;
    private final byte[] rgb;

    Canvas(RgbImage image) {
        size = image.size();
        rgb = image.rgb().clone();
    }

    /** The picture so far; the canvas is not to be drawn on afterwards. */
    RgbImage image() {
        return new RgbImage(size, rgb);
    }

    Size size() {
        return size;
    }

    /** Mixes a colour into a pixel: 0 leaves it, 1 replaces it. Pixels outside are ignored. */
    void blend(int x, int y, Colour colour, double opacity) {
        if (x < 0 || y < 0 || x >= size.width() || y >= size.height()) {
            return;
        }
        int at = (y * size.width() + x) * 3;
        rgb[at] = mix(rgb[at], colour.red(), opacity);
        rgb[at + 1] = mix(rgb[at + 1], colour.green(), opacity);
        rgb[at + 2] = mix(rgb[at + 2], colour.blue(), opacity);
    }

    /** A filled disc around the centre of a pixel position. */
    void disc(double x, double y, double radius, Colour colour) {
        shape(x - radius, y - radius, x + radius, y + radius, colour, (px, py) -> Math.hypot(px - x, py - y) - radius);
    }

    /** A filled upright rectangle. */
    void rectangle(double x0, double y0, double x1, double y1, Colour colour) {
        shape(x0, y0, x1, y1, colour, (px, py) -> insideOut(px, py, x0, y0, x1, y1));
    }

    /** A filled upright rectangle with round corners. */
    void roundedRectangle(double x0, double y0, double x1, double y1, double corner, Colour colour) {
        double middleX = (x0 + x1) / 2;
        double middleY = (y0 + y1) / 2;
        double wide = (x1 - x0) / 2 - corner;
        double high = (y1 - y0) / 2 - corner;
        shape(x0, y0, x1, y1, colour, (px, py) -> {
            double outX = Math.abs(px - middleX) - wide;
            double outY = Math.abs(py - middleY) - high;
            return Math.hypot(Math.max(outX, 0), Math.max(outY, 0)) + Math.min(Math.max(outX, outY), 0) - corner;
        });
    }

    /** A line with round ends. */
    void line(double x0, double y0, double x1, double y1, double radius, Colour colour) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        double squared = Math.max(dx * dx + dy * dy, 1e-12);
        shape(
                Math.min(x0, x1) - radius,
                Math.min(y0, y1) - radius,
                Math.max(x0, x1) + radius,
                Math.max(y0, y1) + radius,
                colour,
                (px, py) -> {
                    double along = Math.clamp(((px - x0) * dx + (py - y0) * dy) / squared, 0.0, 1.0);
                    return Math.hypot(px - x0 - along * dx, py - y0 - along * dy) - radius;
                });
    }

    private static double insideOut(double x, double y, double x0, double y0, double x1, double y1) {
        return Math.max(Math.max(x0 - x, x - x1), Math.max(y0 - y, y - y1));
    }

    private void shape(double x0, double y0, double x1, double y1, Colour colour, SignedDistance distance) {
        int left = (int) Math.max(0, Math.floor(x0 - 1));
        int top = (int) Math.max(0, Math.floor(y0 - 1));
        int right = (int) Math.min(size.width() - 1, Math.ceil(x1 + 1));
        int bottom = (int) Math.min(size.height() - 1, Math.ceil(y1 + 1));
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                double opacity = coverage(distance.at(x + 0.5, y + 0.5));
                if (opacity > 0) {
                    blend(x, y, colour, opacity);
                }
            }
        }
    }

    /** How much of a pixel lies inside a shape, by the distance of its centre from the edge (inside is negative). */
    static double coverage(double distance) {
        return Math.clamp(0.5 - distance, 0.0, 1.0);
    }

    private static byte mix(byte old, int colour, double opacity) {
        int was = old & 0xff;
        return (byte) Math.round(was + (colour - was) * opacity);
    }

    @FunctionalInterface
    private interface SignedDistance {
        double at(double x, double y);
    }
}
