package org.samfast.mask;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The connected regions of a mask's inside or outside, neighbours by side or corner, as OpenCV's
 * {@code connectedComponentsWithStats(mask, 8)} finds them. Works on runs of equal pixels along the rows.
 */
final class ConnectedComponents {
    private final BinaryMask mask;
    private final PixelRuns runs;
    private final int[] component;
    private final long[] area;
    private final boolean[] atBorder;

    private ConnectedComponents(BinaryMask mask, PixelRuns runs, int[] component, long[] area) {
        this.mask = mask;
        this.runs = runs;
        this.component = component;
        this.area = area;
        atBorder = new boolean[area.length];
        for (int run = 0; run < runs.count(); run++) {
            atBorder[component[run]] |= runs.touchesBorder(run, mask.size().height());
        }
    }

    /** The regions inside the mask. */
    static ConnectedComponents inside(BinaryMask mask) {
        return of(mask, 1);
    }

    /** The regions outside the mask: its holes, and what is around it. */
    static ConnectedComponents outside(BinaryMask mask) {
        return of(mask, 0);
    }

    private static ConnectedComponents of(BinaryMask mask, int value) {
        PixelRuns runs = PixelRuns.of(mask, value);
        int[] root = joined(runs);
        int found = numbered(root);
        long[] area = new long[found];
        for (int run = 0; run < runs.count(); run++) {
            area[root[run]] += runs.length(run);
        }
        return new ConnectedComponents(mask, runs, root, area);
    }

    /** For each run the first run that it is connected to. */
    private static int[] joined(PixelRuns runs) {
        int[] parent = new int[runs.count()];
        int above = 0;
        for (int run = 0; run < parent.length; run++) {
            parent[run] = run;
            while (runs.isBefore(above, run)) {
                above++;
            }
            for (int other = above; other < run && runs.touches(other, run); other++) {
                join(parent, other, run);
            }
        }
        for (int run = 0; run < parent.length; run++) {
            parent[run] = parent[parent[run]]; // a parent comes first, so its own is final
        }
        return parent;
    }

    private static void join(int[] parent, int one, int other) {
        int first = root(parent, one);
        int second = root(parent, other);
        parent[Math.max(first, second)] = Math.min(first, second);
    }

    private static int root(int[] parent, int run) {
        int at = run;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    /** Roots become numbers from 0 in the order of their first run. */
    private static int numbered(int[] root) {
        int found = 0;
        for (int run = 0; run < root.length; run++) {
            root[run] = root[run] == run ? found++ : root[root[run]];
        }
        return found;
    }

    /** How many there are. */
    int count() {
        return area.length;
    }

    /** Pixels of that component, counted from 0 in the order of their first pixels along the rows. */
    long area(int index) {
        return area[index];
    }

    /** Whether that component has a pixel at the border of the mask. */
    boolean touchesBorder(int index) {
        return atBorder[index];
    }

    /**
     * The largest; of equals the one that OpenCV numbers first: its labels follow blocks of 2x2 pixels, row by row.
     *
     * @throws IllegalStateException where there is none
     */
    int largest() {
        long most = Arrays.stream(area).max().orElseThrow(() -> new IllegalStateException("the mask has no component"));
        long first = Long.MAX_VALUE;
        int largest = -1;
        for (int run = 0; run < runs.count(); run++) {
            if (area[component[run]] == most && runs.block(run) < first) {
                first = runs.block(run);
                largest = component[run];
            }
        }
        return largest;
    }

    /** The mask with the pixels of those components turned over. */
    BinaryMask turned(IntPredicate components) {
        byte[] pixels = mask.pixels().clone();
        for (int run = 0; run < runs.count(); run++) {
            if (components.test(component[run])) {
                runs.turn(run, pixels);
            }
        }
        return new BinaryMask(mask.size(), pixels);
    }
}
