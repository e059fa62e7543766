package org.samfast.mask;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Masks to polygons along the edges of their pixels, so that areas are equal and every polygon is valid (simple rings,
 * connected inside): pixels that share an edge belong together, pixels that share a corner only do not.
 *
 * <p>Rings are walked with the mask on the right-hand side. Where two pixels touch at a corner the walk keeps to its own
 * pixel; a ring that comes back to such a corner is cut in two there, so that no ring touches itself.
 */
public final class PolygonTrace {
    private static final int EAST = 0;
    private static final int NORTH = 3;
    private static final int[] STEP_X = {1, 0, -1, 0};
    private static final int[] STEP_Y = {0, 1, 0, -1};
    // the pixels before a corner, to the right and to the left of the way, as offsets from the corner
    private static final int[] RIGHT_X = {0, -1, -1, 0};
    private static final int[] RIGHT_Y = {0, 0, -1, -1};

    private final BinaryMask mask;
    private final int width;
    private final int height;
    /** Upper edges of pixels that a ring has passed, in the box of the mask. */
    private final boolean[] passed;

    private final MaskBox box;
    private final List<int[]> rings = new ArrayList<>();

    private PolygonTrace(BinaryMask mask) {
        this.mask = mask;
        width = mask.size().width();
        height = mask.size().height();
        box = mask.box();
        passed = new boolean[box.width() * box.height()];
    }

    /**
     * {@return the polygons of a mask, one for each of its 4-connected parts, in no particular but always the same
     * order}
     *
     * @param mask of any size
     */
    public static List<MaskPolygon> of(BinaryMask mask) {
        PolygonTrace trace = new PolygonTrace(mask);
        trace.walk();
        return RingNesting.polygons(mask.size(), trace.rings);
    }

    private void walk() {
        for (int y = box.y(); y < box.y() + box.height(); y++) {
            for (int x = box.x(); x < box.x() + box.width(); x++) {
                if (inside(x, y) && !inside(x, y - 1) && !passed[index(x, y)]) {
                    ring(x, y);
                }
            }
        }
    }

    /** Walks from the left upper corner of a pixel until it is about to leave there again. */
    private void ring(int startX, int startY) {
        Path path = new Path(width);
        path.corner(startX, startY, inside(startX - 1, startY - 1) && !inside(startX - 1, startY));
        int x = startX;
        int y = startY;
        int way = EAST;
        while (true) {
            if (way == EAST) {
                passed[index(x, y)] = true;
            }
            x += STEP_X[way];
            y += STEP_Y[way];
            int turned = turn(x, y, way);
            if (x == startX && y == startY && turned == EAST) {
                rings.add(path.close());
                return;
            }
            if (turned != way) {
                boolean touching = turned == right(way) && inside(x + RIGHT_X[left(way)], y + RIGHT_Y[left(way)]);
                int[] loop = path.corner(x, y, touching);
                if (loop.length > 0) {
                    rings.add(loop);
                }
            }
            way = turned;
        }
    }

    private int turn(int x, int y, int way) {
        if (!inside(x + RIGHT_X[way], y + RIGHT_Y[way])) {
            return right(way);
        }
        return inside(x + RIGHT_X[left(way)], y + RIGHT_Y[left(way)]) ? left(way) : way;
    }

    private static int right(int way) {
        return (way + 1) % 4;
    }

    private static int left(int way) {
        return (way + NORTH) % 4;
    }

    private boolean inside(int x, int y) {
        return x >= 0 && y >= 0 && x < width && y < height && mask.pixels()[y * width + x] != 0;
    }

    private int index(int x, int y) {
        return (y - box.y()) * box.width() + x - box.x();
    }

    /** The corners of a ring so far. */
    private static final class Path {
        private final long columns;
        private final Map<Long, Integer> touching = new HashMap<>();
        private int[] xy = new int[32];
        private int length;

        Path(int width) {
            columns = width + 1L;
        }

        /** Adds a corner; where pixels touch in it and the path was there before, the loop since then is cut off. */
        int[] corner(int x, int y, boolean touches) {
            int before = touches ? touching.getOrDefault(y * columns + x, -1) : -1;
            if (before >= 0) {
                return cut(before);
            }
            if (touches) {
                touching.put(y * columns + x, length);
            }
            if (length == xy.length) {
                xy = Arrays.copyOf(xy, 2 * length);
            }
            xy[length++] = x;
            xy[length++] = y;
            return new int[0];
        }

        int[] close() {
            return Arrays.copyOf(xy, length);
        }

        private int[] cut(int from) {
            int[] loop = Arrays.copyOfRange(xy, from, length);
            for (int i = 2; i < loop.length; i += 2) {
                touching.remove(loop[i + 1] * columns + loop[i]);
            }
            length = from + 2;
            return loop;
        }
    }
}
