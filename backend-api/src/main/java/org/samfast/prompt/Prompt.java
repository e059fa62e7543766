package org.samfast.prompt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What describes one object: points, a box, a mask, or several of these together; at least one.
 *
 * @param points on the object or off it; may be empty
 * @param box around the object; null for none
 * @param mask logits of an earlier prediction; null for none
 */
public record Prompt(
        List<ImagePoint> points,
        @Nullable ImageBox box,
        @Nullable MaskPrompt mask) {
    /** Copies {@code points}; IllegalArgumentException where nothing is described. */
    public Prompt {
        points = List.copyOf(points);
        if (points.isEmpty() && box == null && mask == null) {
            throw new IllegalArgumentException("a prompt needs a point, a box or a mask");
        }
    }

    /**
     * {@return a prompt of points only}
     *
     * @param points on the object or off it, at least one
     */
    public static Prompt points(ImagePoint... points) {
        return new Prompt(List.of(points), null, null);
    }

    /**
     * {@return a prompt of one box}
     *
     * @param box around the object
     */
    public static Prompt box(ImageBox box) {
        return new Prompt(List.of(), box, null);
    }

    /** {@return whether the original would answer with the best of three masks: one point and no box} */
    public boolean isAmbiguous() {
        return points.size() == 1 && box == null;
    }
}
