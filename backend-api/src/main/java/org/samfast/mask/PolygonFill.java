package org.samfast.mask;

import java.util.List;
import org.samfast.image.Size;

/** Polygons to masks: a pixel is inside where its centre is, by the even-odd rule. The inverse of {@link PolygonTrace}. */
public final class PolygonFill {
    private final int width;
    private final int height;
    private final byte[] pixels;

    private PolygonFill(Size size) {
        width = size.width();
        height = size.height();
        pixels = new byte[Math.toIntExact(size.area())];
    }

    /**
     * {@return the mask of the polygons}
     *
     * @param size of the image
     * @param polygons within the image, apart from each other
     */
    public static BinaryMask of(Size size, List<MaskPolygon> polygons) {
        PolygonFill fill = new PolygonFill(size);
        for (MaskPolygon polygon : polygons) {
            fill.edges(polygon.shell());
            polygon.holes().forEach(fill::edges);
        }
        fill.sweep();
        return new BinaryMask(size, fill.pixels);
    }

    private void edges(int[] ring) {
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            if (ring[i + 1] < ring[next + 1]) {
                edge(ring[i], ring[i + 1], ring[next], ring[next + 1]);
            } else {
                edge(ring[next], ring[next + 1], ring[i], ring[i + 1]);
            }
        }
    }

    /** Marks in every row the first pixel whose centre lies right of a downward edge. */
    private void edge(int x0, int y0, int x1, int y1) {
        for (int y = y0; y < y1; y++) {
            double x = x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0);
            int first = (int) Math.ceil(x - 0.5);
            if (first < width) {
                pixels[y * width + first] ^= 1;
            }
        }
    }

    private void sweep() {
        for (int y = 0; y < height; y++) {
            for (int at = y * width + 1; at < (y + 1) * width; at++) {
                pixels[at] ^= pixels[at - 1];
            }
        }
    }
}
