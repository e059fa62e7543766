package org.samfast.mask;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.samfast.image.Size;

/**
 * Which hole belongs to which shell: left of a hole's leftmost edge lie pixels of its own polygon up to the next edge,
 * which is one of the shell or of a hole further left.
 */
final class RingNesting {
    private final long width;
    private final List<int[]> rings;
    /** Left edges of pixels, upwards on their ring: the pixel's number in reading order, and the ring. */
    private final long[] leftEdges;

    private RingNesting(Size size, List<int[]> rings) {
        width = size.width();
        this.rings = rings;
        leftEdges = leftEdges();
    }

    /** Rings as {@link PolygonTrace} walks them, holes with the shell around them. */
    static List<MaskPolygon> polygons(Size size, List<int[]> rings) {
        List<int[]> shells = new ArrayList<>();
        List<List<int[]>> holes = new ArrayList<>();
        int[] polygonOf = new int[rings.size()];
        for (int i = 0; i < rings.size(); i++) {
            if (MaskPolygon.ringArea(rings.get(i)) > 0) {
                polygonOf[i] = shells.size();
                shells.add(rings.get(i));
                holes.add(new ArrayList<>());
            }
        }
        if (shells.size() < rings.size()) {
            RingNesting nesting = new RingNesting(size, rings);
            for (int i = 0; i < rings.size(); i++) {
                if (isHole(rings.get(i))) {
                    holes.get(polygonOf[nesting.shellOf(i)]).add(rings.get(i));
                }
            }
        }
        List<MaskPolygon> polygons = new ArrayList<>();
        for (int i = 0; i < shells.size(); i++) {
            polygons.add(new MaskPolygon(shells.get(i), holes.get(i)));
        }
        return polygons;
    }

    private static boolean isHole(int[] ring) {
        return MaskPolygon.ringArea(ring) < 0;
    }

    private int shellOf(int hole) {
        int ring = hole;
        while (isHole(rings.get(ring))) {
            long pixel = leftOf(rings.get(ring));
            int found = Arrays.binarySearch(leftEdges, (pixel << 32) | 0xffff_ffffL);
            ring = (int) leftEdges[-found - 2];
        }
        return ring;
    }

    /** The number of the pixel left of the ring's leftmost edge. */
    private long leftOf(int[] ring) {
        int leftmost = 0;
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            boolean downwards = ring[next + 1] > ring[i + 1];
            if (downwards && (ring[i] < ring[leftmost] || !isDownwards(ring, leftmost))) {
                leftmost = i;
            }
        }
        return ring[leftmost + 1] * width + ring[leftmost] - 1;
    }

    private static boolean isDownwards(int[] ring, int from) {
        return ring[(from + 2) % ring.length + 1] > ring[from + 1];
    }

    private long[] leftEdges() {
        long[] edges = new long[64];
        int found = 0;
        for (int r = 0; r < rings.size(); r++) {
            int[] ring = rings.get(r);
            for (int i = 0; i < ring.length; i += 2) {
                for (int y = ring[(i + 2) % ring.length + 1]; y < ring[i + 1]; y++) {
                    edges = found == edges.length ? Arrays.copyOf(edges, 2 * found) : edges;
                    edges[found++] = ((y * width + ring[i]) << 32) | r;
                }
            }
        }
        long[] sorted = Arrays.copyOf(edges, found);
        Arrays.sort(sorted);
        return sorted;
    }
}
