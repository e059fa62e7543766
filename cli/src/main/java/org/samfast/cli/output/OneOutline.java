package org.samfast.cli.output;

import java.util.ArrayList;
import java.util.List;
import org.samfast.mask.MaskPolygon;

/**
 * Polygons with holes as a single closed outline, for formats that know nothing else: each further ring is entered from
 * the nearest corner of the outline so far and left to it again, along a cut without width.
 */
final class OneOutline {
    /** Corners of the outline that are compared with a new ring's: beyond, every n-th of both. */
    private static final int MOST_COMPARED = 2000;

    private OneOutline() {}

    /** The outline x0,y0,x1,y1,...; its last corner is joined to its first. */
    static int[] of(List<MaskPolygon> polygons) {
        List<int[]> rings = new ArrayList<>();
        for (MaskPolygon polygon : polygons) {
            rings.add(polygon.shell());
            rings.addAll(polygon.holes());
        }
        int[] outline = rings.getFirst();
        for (int[] ring : rings.subList(1, rings.size())) {
            outline = joined(outline, ring);
        }
        return outline;
    }

    private static int[] joined(int[] outline, int[] ring) {
        int[] nearest = nearest(outline, ring);
        int from = nearest[0];
        int to = nearest[1];
        int[] joined = new int[outline.length + ring.length + 4];
        System.arraycopy(outline, 0, joined, 0, from + 2);
        System.arraycopy(ring, to, joined, from + 2, ring.length - to);
        System.arraycopy(ring, 0, joined, from + 2 + ring.length - to, to + 2);
        System.arraycopy(outline, from, joined, from + 4 + ring.length, outline.length - from);
        return joined;
    }

    /** Where the corner of each is that are nearest to each other. */
    private static int[] nearest(int[] outline, int[] ring) {
        int[] best = {0, 0};
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < outline.length; i += step(outline)) {
            for (int k = 0; k < ring.length; k += step(ring)) {
                long dx = (long) outline[i] - ring[k];
                long dy = (long) outline[i + 1] - ring[k + 1];
                if (dx * dx + dy * dy < shortest) {
                    shortest = dx * dx + dy * dy;
                    best = new int[] {i, k};
                }
            }
        }
        return best;
    }

    private static int step(int[] corners) {
        return 2 * Math.ceilDiv(corners.length / 2, MOST_COMPARED);
    }
}
