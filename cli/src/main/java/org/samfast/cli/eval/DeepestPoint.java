package org.samfast.cli.eval;

import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.prompt.ImagePoint;

/**
 * The pixel of a mask farthest from all that is outside it, where a person would click. What lies beyond the image counts
 * as outside; of equally deep pixels the first in reading order is taken. Distances are exact and Euclidean:
 * Felzenszwalb and Huttenlocher, Distance Transforms of Sampled Functions, 2012.
 */
final class DeepestPoint {
    private final Size size;
    private final byte[] pixels;
    /** Squared height of each column's parabola in the row at hand. */
    private final double[] height;
    /** Columns whose parabolas form the lower envelope, and where each begins to be the lowest. */
    private final int[] column;

    private final double[] start;

    private DeepestPoint(BinaryMask mask) {
        size = mask.size();
        pixels = mask.pixels();
        // one column of outside on each side
        int columns = size.width() + 2;
        height = new double[columns];
        column = new int[columns];
        start = new double[columns + 1];
    }

    /** The point, in the middle of no pixel but at its whole coordinates, as annotation files have them. */
    static ImagePoint of(BinaryMask mask) {
        if (mask.area() == 0) {
            throw new IllegalArgumentException("an empty mask has no deepest point");
        }
        return new DeepestPoint(mask).search();
    }

    private ImagePoint search() {
        int[] above = new int[size.width()];
        int[][] below = distancesBelow();
        double deepest = 0;
        int bestX = 0;
        int bestY = 0;
        for (int y = 0; y < size.height(); y++) {
            fillHeights(y, above, below[y]);
            int last = envelope();
            for (int x = 0, piece = 0; x < size.width(); x++) {
                while (piece < last && start[piece + 1] <= x + 1) {
                    piece++;
                }
                double across = x + 1 - column[piece];
                double depth = across * across + height[column[piece]];
                if (depth > deepest) {
                    deepest = depth;
                    bestX = x;
                    bestY = y;
                }
            }
        }
        return new ImagePoint(bestX, bestY, true);
    }

    /** For each pixel how many steps down the nearest outside is, 0 outside. */
    private int[][] distancesBelow() {
        int[][] below = new int[size.height()][size.width()];
        for (int y = size.height() - 1; y >= 0; y--) {
            for (int x = 0; x < size.width(); x++) {
                int next = y + 1 < size.height() ? below[y + 1][x] : 0;
                below[y][x] = inside(x, y) ? next + 1 : 0;
            }
        }
        return below;
    }

    private void fillHeights(int y, int[] above, int[] below) {
        for (int x = 0; x < size.width(); x++) {
            above[x] = inside(x, y) ? above[x] + 1 : 0;
            double nearest = Math.min(above[x], below[x]);
            height[x + 1] = nearest * nearest;
        }
    }

    /** Builds the lower envelope of the row's parabolas; the index of its last piece. */
    private int envelope() {
        int last = 0;
        column[0] = 0;
        start[0] = Double.NEGATIVE_INFINITY;
        for (int x = 1; x < height.length; x++) {
            double crossing = crossing(column[last], x);
            while (crossing <= start[last]) {
                last--;
                crossing = crossing(column[last], x);
            }
            last++;
            column[last] = x;
            start[last] = crossing;
        }
        return last;
    }

    private double crossing(int left, int right) {
        double rise = height[right] + (double) right * right - height[left] - (double) left * left;
        return rise / (2.0 * (right - left));
    }

    private boolean inside(int x, int y) {
        return pixels[y * size.width() + x] != 0;
    }
}
