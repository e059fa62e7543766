package org.samfast.djl;

import ai.djl.modality.cv.output.Point;
import ai.djl.modality.cv.output.Rectangle;
import ai.djl.modality.cv.translator.Sam2Translator.Sam2Input;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** The points and the box of a {@code Sam2Input}, which describe one object, as a {@link Prompt}. */
final class DjlPrompt {
    /** {@code float[1][points] getLabels()}: DJL 0.38 shows labels to its own package only, and a click beside the object needs its. */
    private static final MethodHandle LABELS = labels();

    private DjlPrompt() {}

    static Prompt of(Sam2Input input) {
        return new Prompt(points(input), box(input.getBoxes()), null);
    }

    private static List<ImagePoint> points(Sam2Input input) {
        List<Point> where = input.getPoints(); // those of label 0 and 1, in order
        List<ImagePoint> points = new ArrayList<>();
        for (float label : labelsOf(input)) {
            if (label < 0 || label > 3) {
                throw new IllegalArgumentException(
                        "label " + (int) label + ": expected 1 for a point on the object, 0 for one beside it");
            }
            if (label < 2) { // 2 and 3 are the corners of a box
                Point point = where.get(points.size());
                points.add(new ImagePoint(point.getX(), point.getY(), label == 1));
            }
        }
        return points;
    }

    private static @Nullable ImageBox box(List<Rectangle> boxes) {
        if (boxes.size() > 1) {
            throw new IllegalArgumentException("a Sam2Input describes one object: expected at most one box, got "
                    + boxes.size() + "; make one input per box");
        }
        if (boxes.isEmpty()) {
            return null;
        }
        Rectangle box = boxes.getFirst();
        return new ImageBox(box.getX(), box.getY(), box.getX() + box.getWidth(), box.getY() + box.getHeight());
    }

    private static float[] labelsOf(Sam2Input input) {
        try {
            return ((float[][]) LABELS.invokeExact(input))[0];
        } catch (Throwable e) {
            throw new IllegalStateException("the labels of a Sam2Input cannot be read", e);
        }
    }

    private static MethodHandle labels() {
        try {
            return MethodHandles.privateLookupIn(Sam2Input.class, MethodHandles.lookup())
                    .findVirtual(Sam2Input.class, "getLabels", MethodType.methodType(float[][].class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this version of ai.djl:api hides the labels of a Sam2Input: use 0.38, on the class path", e);
        }
    }
}
