package org.samfast.cli.eval;

import java.util.ArrayList;
import java.util.List;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/**
 * Polygons to masks, pixel for pixel as pycocotools does it, because COCO's own areas and scores are defined so: edges are
 * walked on a grid five times finer, and a pixel column changes sides where an edge passes its middle.
 */
final class PolygonRaster {
    private static final int FINER = 5;

    private final Size size;
    /** Where the walk along the outline crosses the middle of a pixel column, as column-major pixel numbers. */
    private final List<Integer> crossings = new ArrayList<>();

    private int lastX;
    private int lastY;
    private boolean started;

    private PolygonRaster(Size size) {
        this.size = size;
    }

    /** The union of the polygons, each x0,y0,x1,y1,... in pixels of the image. */
    static BinaryMask fill(Size size, List<double[]> polygons) {
        byte[] pixels = new byte[Math.toIntExact(size.area())];
        for (double[] polygon : polygons) {
            new PolygonRaster(size).fill(polygon, pixels);
        }
        return new BinaryMask(size, pixels);
    }

    private void fill(double[] polygon, byte[] pixels) {
        int corners = polygon.length / 2;
        for (int i = 0; i < corners; i++) {
            int next = (i + 1) % corners;
            edge(
                    finer(polygon[2 * i]),
                    finer(polygon[2 * i + 1]),
                    finer(polygon[2 * next]),
                    finer(polygon[2 * next + 1]));
        }
        paint(pixels);
    }

    private static int finer(double coordinate) {
        return (int) (FINER * coordinate + 0.5);
    }

    /** Walks an edge in steps of one along its longer axis; positions across it are rounded as seen from its smaller end. */
    private void edge(int x0, int y0, int x1, int y1) {
        int width = Math.abs(x1 - x0);
        int height = Math.abs(y1 - y0);
        boolean flat = width >= height;
        boolean backwards = flat ? x0 > x1 : y0 > y1;
        int fromX = backwards ? x1 : x0;
        int fromY = backwards ? y1 : y0;
        double rise = backwards ? (flat ? y0 - y1 : x0 - x1) : (flat ? y1 - y0 : x1 - x0);
        int steps = flat ? width : height;
        double slope = steps == 0 ? 0 : rise / steps;
        for (int step = 0; step <= steps; step++) {
            int along = backwards ? steps - step : step;
            int across = (int) ((flat ? fromY : fromX) + slope * along + 0.5);
            visit(flat ? fromX + along : across, flat ? across : fromY + along);
        }
    }

    private void visit(int x, int y) {
        if (started && x != lastX) {
            cross(x > lastX ? x - 1 : x, Math.min(y, lastY));
        }
        started = true;
        lastX = x;
        lastY = y;
    }

    private void cross(int fineX, int fineY) {
        double x = (fineX + 0.5) / FINER - 0.5;
        if (Math.floor(x) != x || x < 0 || x > size.width() - 1) {
            return;
        }
        double y = Math.clamp((fineY + 0.5) / FINER - 0.5, 0.0, (double) size.height());
        crossings.add((int) (x * size.height() + Math.ceil(y)));
    }

    private void paint(byte[] pixels) {
        int[] sorted = crossings.stream().mapToInt(Integer::intValue).sorted().toArray();
        for (int i = 0; i < sorted.length; i += 2) {
            int end = i + 1 < sorted.length ? sorted[i + 1] : pixels.length;
            for (int at = sorted[i]; at < end; at++) {
                pixels[at % size.height() * size.width() + at / size.height()] = 1;
            }
        }
    }
}
