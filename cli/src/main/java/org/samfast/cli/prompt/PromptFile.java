package org.samfast.cli.prompt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.eval.CocoAnnotation;
import org.samfast.cli.eval.CocoFileReader;
import org.samfast.cli.eval.CocoImage;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.Prompt;

/**
 * What a file asks for on each of its images: JSON Lines in the format of {@link PromptLine}, or, where its name ends in
 * {@code .json}, a COCO file whose boxes are the prompts.
 */
public final class PromptFile {
    private final Path file;
    private final List<Entry> entries;

    /**
     * What one place of the file asks for.
     *
     * @param image the image's path, or the end of it
     * @param place for messages: {@code line 3}
     */
    record Entry(Path image, String place, List<Prompt> prompts) {}

    private PromptFile(Path file, List<Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** @throws IOException where the file cannot be read, with the line that is wrong */
    public static PromptFile read(Path file) throws IOException {
        boolean coco =
                String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".json");
        PromptFile read = new PromptFile(file, coco ? boxes(file) : PromptLine.readAll(file));
        if (read.entries.isEmpty()) {
            throw new PromptFileException(file + ": expected a line for each image, got an empty file");
        }
        return read;
    }

    private static List<Entry> boxes(Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (CocoImage image : CocoFileReader.readBoxes(file)) {
            List<Prompt> prompts = new ArrayList<>();
            for (CocoAnnotation annotation : image.annotations()) {
                String place = "annotation " + annotation.id();
                prompts.add(Prompt.box(clipped(file, place, annotation.box(), image.size())));
            }
            String place = "image " + image.id();
            entries.add(new Entry(PromptLine.path(file, place, image.fileName()), place, prompts));
        }
        return entries;
    }

    /** Boxes of COCO files are rounded, some to a little beyond the image. */
    private static ImageBox clipped(Path file, String place, @Nullable ImageBox box, Size size)
            throws PromptFileException {
        if (box != null) {
            double x0 = Math.max(0, box.x0());
            double y0 = Math.max(0, box.y0());
            double x1 = Math.min(size.width(), box.x1());
            double y1 = Math.min(size.height(), box.y1());
            if (x0 < x1 && y0 < y1) {
                return new ImageBox(x0, y0, x1, y1);
            }
        }
        throw new PromptFileException(file + ", " + place
                + ": expected a bbox [x,y,width,height] with an extent inside the image, which is " + size);
    }

    /**
     * What the file asks for on each of the images, in their order, none where it does not name one: an entry belongs to
     * the image whose path ends in its own.
     *
     * @throws PromptFileException where two images end in the path of an entry
     */
    public List<List<Prompt>> of(List<Path> images) throws PromptFileException {
        List<List<Prompt>> prompts = new ArrayList<>();
        images.forEach(_ -> prompts.add(new ArrayList<>()));
        PathEnds ends = new PathEnds(images);
        for (Entry entry : entries) {
            List<Integer> named = ends.images(entry.image);
            if (named.size() > 1) {
                throw new PromptFileException(file + ", " + entry.place + ": '" + entry.image + "' is the end of both "
                        + images.get(named.get(0)) + " and " + images.get(named.get(1)) + "; write more of the path");
            }
            named.forEach(image -> prompts.get(image).addAll(entry.prompts));
        }
        return prompts;
    }

    /** An entry whose image is not given, and the sentence that says so. */
    public record Unused(String image, String why) {}

    /** The entries that name none of the images. */
    public List<Unused> unused(List<Path> images) {
        PathEnds ends = new PathEnds(images);
        return entries.stream()
                .filter(entry -> ends.images(entry.image).isEmpty())
                .map(entry -> new Unused(
                        entry.image.toString(),
                        file + ", " + entry.place + ": '" + entry.image + "' is none of the images given"))
                .toList();
    }

    /** The sentence for an image that the file does not name, or names without an object. */
    public String nothingAsked(Path image) {
        return image + ": no prompt for it in " + file;
    }
}
