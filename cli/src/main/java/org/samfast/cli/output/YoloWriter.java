package org.samfast.cli.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.samfast.image.Size;

/**
 * Masks in YOLO's segmentation format: a line per mask, the number of its class and one outline with coordinates from 0 to
 * 1. Parts and holes are joined into the one outline by cuts without width, so that the even-odd rule gives the mask. The
 * classes' names are in {@code classes.txt}, a line each; names that are there keep their numbers.
 */
final class YoloWriter implements FormatWriter {
    /** The file of the classes' names. */
    static final String CLASSES = "classes.txt";

    private static final long MOST_BYTES = 1 << 20;

    private final List<String> classes;

    private YoloWriter(List<String> classes) {
        this.classes = classes;
    }

    /** Adds this run's classes to the file where they are missing. */
    static FormatWriter open(OutputSettings settings) throws OutputException {
        Path file = settings.folder().resolve(CLASSES);
        List<String> known = read(file);
        List<String> classes = new ArrayList<>(known);
        for (String name : settings.classes()) {
            if (!classes.contains(name)) {
                classes.add(name);
            }
        }
        if (classes.size() > known.size()) {
            OutputFile.write(file, out -> lines(out, classes));
        }
        return new YoloWriter(classes);
    }

    private static List<String> read(Path file) throws OutputException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new OutputException(
                        file, new IOException("it exists and is not a list of classes; choose another --out"));
            }
            return Files.readAllLines(file);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (OutputException e) {
            throw e;
        } catch (IOException e) {
            throw new OutputException(file, e);
        }
    }

    private static void lines(OutputStream out, List<String> lines) throws IOException {
        for (String line : lines) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void write(ImageResult image) throws OutputException {
        List<String> lines = image.masks().stream()
                .filter(mask -> mask.area() > 0)
                .map(mask -> line(image.size(), mask))
                .toList();
        OutputFile.write(image.names().file(OutputFormat.YOLO), out -> lines(out, lines));
    }

    private String line(Size size, MaskResult mask) {
        StringBuilder line = new StringBuilder().append(classes.indexOf(mask.category()));
        int[] outline = OneOutline.of(mask.polygons());
        for (int i = 0; i < outline.length; i += 2) {
            line.append(' ').append(share(outline[i], size.width()));
            line.append(' ').append(share(outline[i + 1], size.height()));
        }
        return line.toString();
    }

    /** Seven digits: a hundredth of a pixel in the largest image. */
    private static String share(int coordinate, int side) {
        String text = String.format(Locale.ROOT, "%.7f", (double) coordinate / side);
        return text.replaceFirst("\\.?0+$", "");
    }
}
