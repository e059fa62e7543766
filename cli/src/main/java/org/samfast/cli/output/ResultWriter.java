package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.samfast.image.RgbImage;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.Prompt;

/** Writes what was found on images in every format asked for; each file appears whole or not at all. */
public final class ResultWriter implements AutoCloseable {
    private final OutputSettings settings;
    private final List<FormatWriter> writers = new ArrayList<>();

    /** @throws OutputException where a file that this run adds to cannot be used */
    public ResultWriter(OutputSettings settings) throws OutputException {
        this.settings = settings;
        for (OutputFormat format : settings.formats()) {
            writers.add(format.open(settings));
        }
    }

    /** Where results come from, for the record. */
    public record Origin(String model, String weights, String backend) {}

    /**
     * Writes the files of one image under those names, whose folder is made where it is missing.
     *
     * @throws IOException where one cannot be written, or a file that belongs to the image cannot be used
     */
    public ImageResult write(
            Path file, OutputNames names, RgbImage image, List<Prompt> prompts, Segmentation found, Origin origin)
            throws IOException {
        OutputFile.makeFolder(names.folder());
        List<MaskResult> masks = found.masks().stream()
                .map(mask -> new MaskResult(mask, settings.classOf(mask.prompt()), settings.tolerance()))
                .toList();
        ImageResult result = new ImageResult(file, image, prompts, found.prediction(), masks, origin, names);
        for (FormatWriter writer : writers) {
            writer.write(result);
        }
        return result;
    }

    /** Whether the files of more than one image have, or are about to get, what this one adds to them. */
    public boolean knows(Path image) {
        return writers.stream().allMatch(writer -> writer.knows(image));
    }

    /**
     * Finishes files that are of more than one image, once no image is left: what a file gets at once lies in it in an order
     * that does not depend on stops.
     *
     * @throws OutputException where one cannot be written
     */
    public void finish() throws OutputException {
        for (FormatWriter writer : writers) {
            writer.finish();
        }
    }

    /** Lets go of everything; what is not finished waits for the next run. */
    @Override
    public void close() throws OutputException {
        for (FormatWriter writer : writers) {
            writer.close();
        }
    }
}
