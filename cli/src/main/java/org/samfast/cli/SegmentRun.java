package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.samfast.Segmentation;
import org.samfast.Segmenter;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.ResultJson;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.output.StageDump;
import org.samfast.cli.output.WrittenImage;
import org.samfast.cli.output.WrittenMask;
import org.samfast.cli.prompt.PromptBounds;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskBox;
import org.samfast.prompt.Prompt;

/** What {@code sam segment} does with one image: read, segment, write, say so. */
final class SegmentRun implements ImageBatch.Work<Path> {
    private final SegmentCommand command;
    private final ModelSession session;
    private final List<Prompt> prompts;
    private final ResultWriter writer;
    private final @Nullable StageDump stages;

    SegmentRun(
            SegmentCommand command,
            ModelSession session,
            List<Prompt> prompts,
            ResultWriter writer,
            @Nullable StageDump stages) {
        this.command = command;
        this.session = session;
        this.prompts = prompts;
        this.writer = writer;
        this.stages = stages;
    }

    @Override
    public String name(Path image) {
        return image.toString();
    }

    @Override
    public List<String> process(Path file) throws IOException {
        RgbImage image = ImageReader.read(file, command.maxPixels);
        PromptBounds.check(file, image.size(), prompts);
        Segmentation found = new Segmenter(session.backend()).segment(image, prompts, command.choice());
        if (stages != null) {
            stages.write(image, found.prediction());
        }
        WrittenImage written = writer.write(file, image, prompts, found, session.origin());
        return command.json
                ? List.of(JsonText.line(json -> ResultJson.write(json, written)))
                : written.masks().stream().map(mask -> line(written, mask)).toList();
    }

    @Override
    public List<String> failed(Path image, String error) throws IOException {
        return command.json ? List.of(JsonText.line(json -> ResultJson.writeError(json, image, error))) : List.of();
    }

    /** {@code groceries.mask.png  object 1  score 0.93  area 12345 px (3.1%)  box 340,210,460,330}. */
    private static String line(WrittenImage image, WrittenMask mask) {
        return String.format(
                Locale.ROOT,
                "%s  object %d  score %.2f  area %d px (%.1f%%)  box %s",
                mask.png() != null ? mask.png() : image.image(),
                mask.mask().prompt() + 1,
                mask.mask().quality(),
                mask.area(),
                100.0 * mask.area() / image.size().area(),
                mask.area() == 0 ? "none" : text(mask.box()));
    }

    private static String text(MaskBox box) {
        return box.x() + "," + box.y() + "," + (box.x() + box.width()) + "," + (box.y() + box.height());
    }
}
