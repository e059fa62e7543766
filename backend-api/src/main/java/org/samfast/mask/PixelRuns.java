package org.samfast.mask;

import java.util.Arrays;

/** Runs of equal pixels along the rows of a mask, row by row from the left. */
final class PixelRuns {
    private final int width;
    private int[] begins = new int[256];
    private int[] ends = new int[256];
    private int count;

    private PixelRuns(int width) {
        this.width = width;
    }

    /** The runs of pixels of that value. */
    static PixelRuns of(BinaryMask mask, int value) {
        PixelRuns runs = new PixelRuns(mask.size().width());
        byte[] pixels = mask.pixels();
        for (int row = 0; row < pixels.length; row += runs.width) {
            int end = row + runs.width;
            for (int at = row; at < end; at++) {
                if (pixels[at] == value) {
                    int begin = at;
                    while (at < end && pixels[at] == value) {
                        at++;
                    }
                    runs.add(begin, at);
                }
            }
        }
        return runs;
    }

    private void add(int begin, int end) {
        if (count == begins.length) {
            begins = Arrays.copyOf(begins, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        begins[count] = begin;
        ends[count++] = end;
    }

    int count() {
        return count;
    }

    int length(int run) {
        return ends[run] - begins[run];
    }

    /** Whether one run ends before the row above the other's, or there left of where it could touch it. */
    boolean isBefore(int one, int other) {
        return ends[one] - row(one) * width < begins[other] - row(other) * width
                ? row(one) < row(other)
                : row(one) < row(other) - 1;
    }

    /** Whether one run lies in the row above the other's and touches it by a side or a corner. */
    boolean touches(int one, int other) {
        int above = row(other) - 1;
        return row(one) == above
                && begins[one] - above * width <= ends[other] - (above + 1) * width
                && ends[one] - above * width >= begins[other] - (above + 1) * width;
    }

    /** The place of the run's first block of 2x2 pixels, row by row. */
    long block(int run) {
        return (long) (row(run) / 2) * width + (begins[run] - row(run) * width) / 2;
    }

    /** Whether the run has a pixel at the border of the mask. */
    boolean touchesBorder(int run, int height) {
        int row = row(run);
        return row == 0 || row == height - 1 || begins[run] == row * width || ends[run] == (row + 1) * width;
    }

    /** Turns the run's pixels over. */
    void turn(int run, byte[] pixels) {
        for (int at = begins[run]; at < ends[run]; at++) {
            pixels[at] ^= 1;
        }
    }

    private int row(int run) {
        return begins[run] / width;
    }
}
