package org.samfast.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskBox;
import org.samfast.mask.ScoredMask;

/**
 * The labels of an overlay: number of the object and score, {@code 2 0.93}, or {@code 2-3 0.93} for the third of several
 * masks. A label stands over its mask, or where that place is taken under its upper or its lower edge; where all are taken
 * there is none.
 */
final class Labels {
    private final Size size;
    private final double height;
    private final double line;
    private final List<Place> taken = new ArrayList<>();

    /**
     * @param height of a digit in pixels
     * @param line width of a thin line
     */
    Labels(Size size, double height, double line) {
        this.size = size;
        this.height = height;
        this.line = line;
    }

    private record Place(double x0, double y0, double x1, double y1) {
        boolean meets(Place other) {
            return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
        }
    }

    /** Keeps labels away from a disc. */
    void avoid(double x, double y, double radius) {
        taken.add(new Place(x - radius, y - radius, x + radius, y + radius));
    }

    /** Draws a mask's label. */
    void draw(Canvas canvas, ScoredMask mask, boolean oneOfSeveral, Colour colour) {
        StrokeText text = new StrokeText(text(mask, oneOfSeveral), height);
        for (Place place : places(mask.mask(), text)) {
            if (fits(place) && taken.stream().noneMatch(place::meets)) {
                taken.add(place);
                draw(canvas, place, text, colour);
                return;
            }
        }
    }

    private static String text(ScoredMask mask, boolean oneOfSeveral) {
        String number = (mask.prompt() + 1) + (oneOfSeveral ? "-" + mask.output() : "");
        return String.format(Locale.ROOT, "%s %.2f", number, mask.quality());
    }

    private List<Place> places(BinaryMask mask, StrokeText text) {
        MaskBox box = mask.box();
        double middle = middleOfTop(mask, box);
        double under = box.y() + 3 * line;
        double bottom = box.y() + box.height() + 3 * line;
        double high = 2 * height;
        return List.of(
                place(middle, box.y() - 3 * line - high, text),
                place(middle, under, text),
                place(box.x() + box.width() / 2.0, bottom, text),
                place(box.x() + box.width() / 2.0, box.y() + box.height() / 2.0, text));
    }

    /** A place around that x, from that y down, moved into the image. */
    private Place place(double x, double y, StrokeText text) {
        double wide = text.width() + 1.4 * height;
        double left = Math.max(line, Math.min(x - wide / 2, size.width() - line - wide));
        double top = Math.max(line, Math.min(y, size.height() - line - 2 * height));
        return new Place(left, top, left + wide, top + 2 * height);
    }

    private boolean fits(Place place) {
        return place.x1() <= size.width() && place.y1() <= size.height();
    }

    private static double middleOfTop(BinaryMask mask, MaskBox box) {
        int row = box.y() * mask.size().width();
        int first = box.x();
        while (mask.pixels()[row + first] == 0) {
            first++;
        }
        int end = first;
        while (end < mask.size().width() && mask.pixels()[row + end] != 0) {
            end++;
        }
        return (first + end) / 2.0;
    }

    private void draw(Canvas canvas, Place place, StrokeText text, Colour colour) {
        double corner = 0.6 * height;
        canvas.roundedRectangle(
                place.x0() - line,
                place.y0() - line,
                place.x1() + line,
                place.y1() + line,
                corner + line,
                Colour.WHITE);
        canvas.roundedRectangle(place.x0(), place.y0(), place.x1(), place.y1(), corner, colour);
        text.draw(canvas, place.x0() + 0.7 * height, place.y0() + 0.5 * height, colour.onIt());
    }
}
