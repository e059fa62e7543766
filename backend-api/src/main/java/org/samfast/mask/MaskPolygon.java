package org.samfast.mask;

import java.util.List;

/**
 * A connected part of a mask as closed rings along the edges of its pixels: pixel (x, y) is the square from (x, y) to
 * (x+1, y+1). Rings are {@code x0,y0,x1,y1,...}, corners only, the first not repeated; arrays are owned by this value: not to
 * be written to.
 *
 * @param shell the outer ring; x right and y down, its shoelace area is positive
 * @param holes rings of what the part leaves out; their areas are negative
 */
public record MaskPolygon(int[] shell, List<int[]> holes) {
    /** Copies {@code holes}. */
    public MaskPolygon {
        holes = List.copyOf(holes);
    }

    /** {@return square pixels inside the shell and outside the holes} */
    public double area() {
        return ringArea(shell)
                + holes.stream().mapToDouble(MaskPolygon::ringArea).sum();
    }

    /** {@return corners of all rings} */
    public int corners() {
        return shell.length / 2
                + holes.stream().mapToInt(hole -> hole.length / 2).sum();
    }

    /**
     * {@return shoelace area of a ring in square pixels, positive for a shell and negative for a hole}
     *
     * @param ring {@code x0,y0,x1,y1,...}
     */
    public static double ringArea(int[] ring) {
        long twice = 0;
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            twice += (long) ring[i] * ring[next + 1] - (long) ring[next] * ring[i + 1];
        }
        return twice / 2.0;
    }
}
