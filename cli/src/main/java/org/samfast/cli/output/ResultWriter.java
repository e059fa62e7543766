package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.samfast.image.RgbImage;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.Prompt;

/** Writes what was found on an image in every format asked for; each file appears whole or not at all. */
public final class ResultWriter {
    private final Path folder;
    private final Set<OutputFormat> formats;
    private final boolean multimask;

    /** @param multimask whether objects have three masks each, which are then numbered */
    public ResultWriter(Path folder, Set<OutputFormat> formats, boolean multimask) {
        this.folder = folder;
        this.formats = EnumSet.copyOf(formats);
        this.multimask = multimask;
    }

    /** Where results come from, for the record. */
    public record Origin(String model, String weights, String backend) {}

    /**
     * Writes the files of one image.
     *
     * @throws OutputException where one cannot be written
     */
    public WrittenImage write(Path file, RgbImage image, List<Prompt> prompts, Segmentation found, Origin origin)
            throws OutputException {
        OutputNames names = OutputNames.of(folder, file);
        List<WrittenMask> masks = new ArrayList<>();
        for (ScoredMask mask : found.masks()) {
            masks.add(writeMask(mask, found, names));
        }
        Path overlay = writeOverlay(names, image, prompts, found.masks());
        Path rle = writeRle(names, prompts, masks);
        WrittenImage written = new WrittenImage(
                file, image.size(), origin.model(), origin.weights(), origin.backend(), prompts, masks, overlay, rle);
        if (formats.contains(OutputFormat.JSON)) {
            OutputFile.write(names.json(), out -> JsonText.indented(out, json -> ResultJson.write(json, written)));
        }
        return written;
    }

    private WrittenMask writeMask(ScoredMask mask, Segmentation found, OutputNames names) throws OutputException {
        @Nullable Path png = null;
        if (formats.contains(OutputFormat.PNG)) {
            png = names.mask(mask, multimask);
            OutputFile.write(png, out -> PngWriter.write(out, mask.mask()));
        }
        @Nullable Path logits = null;
        if (formats.contains(OutputFormat.LOGITS)) {
            logits = names.logits(mask, multimask);
            LogitsFile.write(logits, found.prediction(), mask);
        }
        return new WrittenMask(mask, mask.mask().area(), mask.mask().box(), png, logits);
    }

    private @Nullable Path writeOverlay(OutputNames names, RgbImage image, List<Prompt> prompts, List<ScoredMask> masks)
            throws OutputException {
        if (!formats.contains(OutputFormat.OVERLAY)) {
            return null;
        }
        RgbImage overlay = Overlay.of(image, prompts, masks);
        OutputFile.write(names.overlay(), out -> PngWriter.write(out, overlay));
        return names.overlay();
    }

    private @Nullable Path writeRle(OutputNames names, List<Prompt> prompts, List<WrittenMask> masks)
            throws OutputException {
        if (!formats.contains(OutputFormat.RLE)) {
            return null;
        }
        OutputFile.write(names.rle(), out -> JsonText.indented(out, json -> RleJson.write(json, prompts, masks)));
        return names.rle();
    }
}
