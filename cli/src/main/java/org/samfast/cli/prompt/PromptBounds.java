package org.samfast.cli.prompt;

import java.nio.file.Path;
import java.util.List;
import org.samfast.image.ImageException;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** Whether prompts lie on an image, which is known only once it is read. */
public final class PromptBounds {
    private PromptBounds() {}

    /** @throws ImageException naming the size of the image, where a point or a box lies outside of it */
    public static void check(Path image, Size size, List<Prompt> prompts) throws ImageException {
        for (Prompt prompt : prompts) {
            for (ImagePoint point : prompt.points()) {
                if (!(point.x() >= 0 && point.x() < size.width() && point.y() >= 0 && point.y() < size.height())) {
                    throw outside(image, size, "point " + number(point.x()) + "," + number(point.y()));
                }
            }
            if (prompt.box() != null && !contains(size, prompt.box())) {
                throw outside(image, size, "box " + text(prompt.box()));
            }
        }
    }

    private static boolean contains(Size size, ImageBox box) {
        return box.x0() >= 0 && box.y0() >= 0 && box.x1() <= size.width() && box.y1() <= size.height();
    }

    private static ImageException outside(Path image, Size size, String what) {
        return new ImageException(image + ": " + what + " lies outside the image, which is " + size
                + " (pixels of the upright image, 0,0 at the left upper corner)");
    }

    private static String text(ImageBox box) {
        return number(box.x0()) + "," + number(box.y0()) + "," + number(box.x1()) + "," + number(box.y1());
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
