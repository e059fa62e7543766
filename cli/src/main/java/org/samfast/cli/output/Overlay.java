package org.samfast.cli.output;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** The image with its masks as coloured, outlined and labelled areas, and the prompts that asked for them drawn on top. */
public final class Overlay {
    private static final double FILL_OPACITY = 0.45;

    private final Canvas canvas;
    private final double line;
    private final double dot;
    private final Labels labels;

    private Overlay(RgbImage image) {
        canvas = new Canvas(image);
        Size size = image.size();
        double shortSide = Math.min(size.width(), size.height());
        double scale = Math.min((size.width() + size.height()) / 2.0, 4 * shortSide);
        line = Math.max(1.0, scale / 600);
        dot = Math.max(2.5, scale / 110);
        labels = new Labels(size, Math.max(7, scale / 65), line);
    }

    /** Writes the overlay of an image. */
    static void write(ImageResult image) throws OutputException {
        List<ScoredMask> masks = image.masks().stream().map(MaskResult::scored).toList();
        RgbImage overlay = of(image.image(), image.prompts(), masks);
        OutputFile.write(image.names().file(OutputFormat.OVERLAY), out -> PngWriter.write(out, overlay));
    }

    /** Draws masks and prompts on a copy of the image; each mask in a colour of its own. */
    public static RgbImage of(RgbImage image, List<Prompt> prompts, List<ScoredMask> masks) {
        Overlay overlay = new Overlay(image);
        // the larger first, so that a part stays visible on its whole
        IntStream.range(0, masks.size())
                .boxed()
                .sorted(Comparator.comparingLong(i -> -masks.get(i).mask().area()))
                .forEach(i -> overlay.mask(masks.get(i).mask(), Colour.ofMask(i)));
        for (int i = 0; i < prompts.size(); i++) {
            overlay.prompt(prompts.get(i), Colour.ofMask(firstMaskOf(i, masks)));
        }
        overlay.label(prompts, masks);
        return overlay.canvas.image();
    }

    private void label(List<Prompt> prompts, List<ScoredMask> masks) {
        prompts.stream()
                .flatMap(prompt -> prompt.points().stream())
                .forEach(point -> labels.avoid(point.x() + 0.5, point.y() + 0.5, 1.35 * dot));
        for (int i = 0; i < masks.size(); i++) {
            ScoredMask mask = masks.get(i);
            boolean oneOfSeveral = masks.stream()
                            .filter(other -> other.prompt() == mask.prompt())
                            .count()
                    > 1;
            if (mask.mask().area() > 0) {
                labels.draw(canvas, mask, oneOfSeveral, Colour.ofMask(i));
            }
        }
    }

    private static int firstMaskOf(int prompt, List<ScoredMask> masks) {
        return IntStream.range(0, masks.size())
                .filter(i -> masks.get(i).prompt() == prompt)
                .findFirst()
                .orElse(prompt);
    }

    private void mask(BinaryMask mask, Colour colour) {
        int width = mask.size().width();
        for (int i = 0; i < mask.pixels().length; i++) {
            if (mask.pixels()[i] != 0) {
                canvas.blend(i % width, i / width, colour, FILL_OPACITY);
            }
        }
        new MaskOutline(mask, 2 * line).draw(canvas, Colour.WHITE);
        new MaskOutline(mask, 1.2 * line).draw(canvas, colour);
    }

    private void prompt(Prompt prompt, Colour colour) {
        if (prompt.box() != null) {
            box(prompt.box(), 2 * line, Colour.WHITE);
            box(prompt.box(), 1.2 * line, colour);
        }
        prompt.points().forEach(this::point);
    }

    private void box(ImageBox box, double half, Colour colour) {
        double left = box.x0() - half;
        double top = box.y0() - half;
        double right = box.x1() + half;
        double bottom = box.y1() + half;
        canvas.rectangle(left, top, right, box.y0() + half, colour);
        canvas.rectangle(left, box.y1() - half, right, bottom, colour);
        canvas.rectangle(left, box.y0() + half, box.x0() + half, box.y1() - half, colour);
        canvas.rectangle(box.x1() - half, box.y0() + half, right, box.y1() - half, colour);
    }

    /** A green dot with a plus on the object, a red one with a minus beside it. */
    private void point(ImagePoint point) {
        double x = point.x() + 0.5;
        double y = point.y() + 0.5;
        double arm = dot * 0.55;
        double half = dot * 0.14;
        canvas.disc(x, y, dot * 1.35, Colour.BLACK);
        canvas.disc(x, y, dot * 1.25, Colour.WHITE);
        canvas.disc(x, y, dot, point.foreground() ? Colour.FOREGROUND : Colour.BACKGROUND);
        canvas.rectangle(x - arm, y - half, x + arm, y + half, Colour.WHITE);
        if (point.foreground()) {
            canvas.rectangle(x - half, y - arm, x + half, y + arm, Colour.WHITE);
        }
    }
}
