package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.samfast.Segmenter;
import org.samfast.backend.ImageEmbedding;
import org.samfast.cli.output.ImageResult;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.MaskResult;
import org.samfast.cli.output.OutputFormat;
import org.samfast.cli.output.ResultJson;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.output.StageDump;
import org.samfast.cli.prompt.PromptBounds;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskBox;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.Prompt;

/** What {@code sam segment} does with one image: read, segment, write, say so. */
final class SegmentRun implements ImageBatch.Work<Path> {
    private final SegmentCommand command;
    private final ModelSession session;
    private final List<Prompt> prompts;
    private final ResultWriter writer;
    private final @Nullable StageDump stages;
    private final StepTimes times;

    SegmentRun(
            SegmentCommand command,
            ModelSession session,
            List<Prompt> prompts,
            ResultWriter writer,
            @Nullable StageDump stages,
            StepTimes times) {
        this.command = command;
        this.session = session;
        this.prompts = prompts;
        this.writer = writer;
        this.stages = stages;
        this.times = times;
    }

    @Override
    public String name(Path image) {
        return image.toString();
    }

    @Override
    public List<String> process(Path file) throws IOException {
        times.done("start");
        RgbImage image = ImageReader.read(file, command.maxPixels);
        PromptBounds.check(file, image.size(), prompts);
        times.done("read");
        Segmentation found = segment(image);
        if (stages != null) {
            stages.write(image, found.prediction());
        }
        ImageResult written = writer.write(file, image, prompts, found, session.origin());
        times.done("write");
        times.print();
        return command.json
                ? List.of(JsonText.line(json -> ResultJson.write(json, written)))
                : written.masks().stream().map(mask -> line(written, mask)).toList();
    }

    private Segmentation segment(RgbImage image) {
        Segmenter segmenter = new Segmenter(session.backend());
        times.done("open backend");
        try (ImageEmbedding embedding = segmenter.embed(image)) {
            times.done("encode");
            Segmentation found = segmenter.predict(embedding, prompts, command.choice());
            for (int round = 0; round < command.cleanup.refine; round++) {
                found = segmenter.refine(embedding, prompts, found);
            }
            times.done("decode and finish");
            return command.cleanup.clean(found, prompts);
        }
    }

    @Override
    public List<String> failed(Path image, String error) throws IOException {
        return command.json ? List.of(JsonText.line(json -> ResultJson.writeError(json, image, error))) : List.of();
    }

    /** {@code groceries.mask.png  object 1  score 0.93  area 12345 px (3.1%)  box 340,210,460,330}. */
    private static String line(ImageResult image, MaskResult mask) {
        return String.format(
                Locale.ROOT,
                "%s  object %d  score %.2f  area %d px (%.1f%%)  box %s",
                image.names().asked(OutputFormat.PNG, mask.scored()).orElse(image.file()),
                mask.object(),
                mask.scored().quality(),
                mask.area(),
                100.0 * mask.area() / image.size().area(),
                mask.area() == 0 ? "none" : text(mask.box()));
    }

    private static String text(MaskBox box) {
        return box.x() + "," + box.y() + "," + (box.x() + box.width()) + "," + (box.y() + box.height());
    }
}
