package org.samfast.mask;

import java.util.Arrays;
import org.samfast.image.Size;

/**
 * How far the pixels of one kind are from the nearest of the other, exact and Euclidean, from centre to centre, row by row:
 * Felzenszwalb and Huttenlocher, Distance Transforms of Sampled Functions, 2012.
 */
public final class DistanceTransform {
    private static final int FAR = Integer.MAX_VALUE;

    private final Size size;
    private final byte[] pixels;
    private final int kind;
    private final boolean beyond;
    /** For each pixel how many rows down the nearest of the other kind is, 0 for those themselves. */
    private final int[] below;

    private final int[] above;
    /** Squared height of each column's parabola in the row at hand; one more column on each side, beyond the image. */
    private final double[] height;
    /** Columns whose parabolas form the lower envelope, and where each begins to be the lowest. */
    private final int[] column;

    private final double[] start;
    private final double[] squared;
    private int nextRow;

    private DistanceTransform(BinaryMask mask, int kind, boolean beyond) {
        size = mask.size();
        pixels = mask.pixels();
        this.kind = kind;
        this.beyond = beyond;
        above = new int[size.width()];
        Arrays.fill(above, beyond ? 0 : FAR);
        height = new double[size.width() + 2];
        column = new int[height.length];
        start = new double[height.length];
        squared = new double[size.width()];
        below = rowsBelow();
    }

    /**
     * {@return the distances of pixels inside the mask to the nearest outside, 0 outside}
     *
     * @param mask of any size
     * @param beyond whether what is beyond the image counts as outside
     */
    public static DistanceTransform inside(BinaryMask mask, boolean beyond) {
        return new DistanceTransform(mask, 1, beyond);
    }

    /**
     * {@return the distances of pixels outside the mask to the nearest inside, 0 inside}
     *
     * @param mask of any size
     */
    public static DistanceTransform outside(BinaryMask mask) {
        return new DistanceTransform(mask, 0, false);
    }

    /**
     * {@return squared distances of the next row, in pixels, 0 at pixels of the other kind and infinite where there is
     * none; valid until the next call}
     */
    public double[] nextRow() {
        fillHeights(nextRow++);
        int last = envelope();
        for (int x = 0, piece = 0; x < size.width(); x++) {
            while (piece < last && start[piece + 1] <= x + 1) {
                piece++;
            }
            double across = x + 1.0 - column[piece];
            squared[x] = last < 0 ? Double.POSITIVE_INFINITY : across * across + height[column[piece]];
        }
        return squared;
    }

    private int[] rowsBelow() {
        int width = size.width();
        int[] rows = new int[pixels.length];
        for (int at = pixels.length - 1; at >= 0; at--) {
            int next = at + width < rows.length ? rows[at + width] : beyond ? 0 : FAR;
            rows[at] = step(at, next);
        }
        return rows;
    }

    private int step(int at, int next) {
        if (pixels[at] != kind) {
            return 0;
        }
        return next == FAR ? FAR : next + 1;
    }

    private void fillHeights(int y) {
        for (int x = 0; x < size.width(); x++) {
            int at = y * size.width() + x;
            above[x] = step(at, above[x]);
            int nearest = Math.min(above[x], below[at]);
            height[x + 1] = nearest == FAR ? Double.POSITIVE_INFINITY : (double) nearest * nearest;
        }
        height[0] = beyond ? 0 : Double.POSITIVE_INFINITY;
        height[height.length - 1] = height[0];
    }

    /** Builds the lower envelope of the row's parabolas; the index of its last piece, -1 where there is none. */
    private int envelope() {
        int last = -1;
        for (int x = 0; x < height.length; x++) {
            if (height[x] < Double.POSITIVE_INFINITY) {
                double crossing = last < 0 ? Double.NEGATIVE_INFINITY : crossing(column[last], x);
                while (last > 0 && crossing <= start[last]) {
                    last--;
                    crossing = crossing(column[last], x);
                }
                last++;
                column[last] = x;
                start[last] = crossing;
            }
        }
        return last;
    }

    private double crossing(int left, int right) {
        double rise = height[right] + (double) right * right - height[left] - (double) left * left;
        return rise / (2.0 * (right - left));
    }
}
