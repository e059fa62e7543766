package org.samfast.prompt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What describes one object: points, a box, a mask, or several of these together; at least one. */
public record Prompt(
        List<ImagePoint> points,
        @Nullable ImageBox box,
        @Nullable MaskPrompt mask) {
    public Prompt {
        points = List.copyOf(points);
        if (points.isEmpty() && box == null && mask == null) {
            throw new IllegalArgumentException("a prompt needs a point, a box or a mask");
        }
    }

    /** A prompt of points only. */
    public static Prompt points(ImagePoint... points) {
        return new Prompt(List.of(points), null, null);
    }

    /** A prompt of one box. */
    public static Prompt box(ImageBox box) {
        return new Prompt(List.of(), box, null);
    }

    /** Whether the original would answer with the best of three masks: one point and no box. */
    public boolean isAmbiguous() {
        return points.size() == 1 && box == null;
    }
}
