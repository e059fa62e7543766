package org.samfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.eval.AnnotationScore;
import org.samfast.cli.eval.CocoFileReader;
import org.samfast.cli.eval.CocoImage;
import org.samfast.cli.eval.EarlierScores;
import org.samfast.cli.eval.Evaluation;
import org.samfast.cli.eval.EvaluationSummary;
import org.samfast.cli.eval.FoundMasksJson;
import org.samfast.cli.eval.ScoresCsv;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.pipeline.Limits;
import org.samfast.cli.pipeline.Pipeline;
import org.samfast.cli.pipeline.RunReport;
import org.samfast.cli.pipeline.Work;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.image.ImageException;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sam eval}: how well a model finds the objects of a COCO file. */
@Command(
        name = "eval",
        description = {
            "Measure mean IoU on annotated images: every object is asked for by one click and by its box, and the masks"
                    + " are compared with the annotation at the size of the image.",
            "The click is the annotation's 'point' [x,y]; without one, the object's deepest point (largest Euclidean"
                    + " distance to what is outside). Every annotation counts once, crowds too; a missing bbox is taken"
                    + " from the mask. Where annotations have 'ref_iou' (the four numbers in the order of the table), the"
                    + " largest difference from it is shown.",
            "The interval is the 95 percent percentile interval of 2000 bootstrap draws of images. Small, medium and large are"
                    + " COCO's: up to 32x32 and 96x96 pixels of the annotation, and above."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam eval --coco annotations.json --images .",
            "  sam eval --coco annotations.json --images . --limit 1 --json --quiet",
            "  sam eval --coco annotations.json --images . --per-annotation scores.csv",
            "  sam eval --coco annotations.json --images . --masks found.json"
        })
final class EvalCommand implements Callable<Integer> {
    @Option(
            names = "--coco",
            required = true,
            paramLabel = "FILE",
            description = "COCO annotations: polygons, or run lengths as a list or compressed.")
    Path coco = Path.of("");

    @Option(
            names = "--images",
            required = true,
            paramLabel = "DIR",
            description = "Folder that the file names of the annotations start from; where a name with folders is not"
                    + " there, its last part is looked for in DIR itself.")
    Path images = Path.of("");

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N images with annotations.")
    long limit = Long.MAX_VALUE;

    @Mixin
    ResultPrinter result = new ResultPrinter();

    @Option(
            names = "--per-annotation",
            paramLabel = "FILE",
            description = "Also write the four IoU of every annotation as CSV.")
    @Nullable
    Path perAnnotation;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            description = "Also compare with another run's --per-annotation file, annotation by annotation.")
    @Nullable
    Path compare;

    @Option(
            names = "--masks",
            paramLabel = "FILE",
            description = "Also write the masks that were compared, as JSON with COCO run lengths.")
    @Nullable
    Path masks;

    @ParentCommand
    Main main;

    @Spec
    CommandSpec spec;

    private final List<AnnotationScore> scores = new ArrayList<>();
    private @Nullable EarlierScores earlier;

    @Override
    public Integer call() throws IOException {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: expected 1 or more, got " + limit);
        }
        OutputFile.requireFolder(perAnnotation);
        OutputFile.requireFolder(masks);
        earlier = compare == null ? null : EarlierScores.read(compare);
        List<CocoImage> wanted = CocoFileReader.read(coco).stream().limit(limit).toList();
        try (ModelSession session = model.open(null)) {
            RunReport run = new RunReport(spec.commandLine(), main.verbose, model.run.quiet);
            int exitCode = new Pipeline<>(new Scoring(session), Limits.ofMachine(1, 1), run).run(wanted);
            if (exitCode == ExitCode.DONE || exitCode == ExitCode.SOME_FAILED) {
                report(session);
            }
            return exitCode;
        }
    }

    /** An annotated image. */
    private record Annotated(CocoImage coco, RgbImage image) {}

    /** Scores the images, one a batch. */
    private final class Scoring implements Work<CocoImage, Annotated, List<AnnotationScore>> {
        private final ModelSession session;

        Scoring(ModelSession session) {
            this.session = session;
        }

        @Override
        public String name(CocoImage image) {
            return image.fileName();
        }

        @Override
        public Annotated read(CocoImage coco) throws IOException {
            Path file = file(coco);
            RgbImage image = ImageReader.read(file, ImageReader.DEFAULT_PIXEL_LIMIT);
            if (!image.size().equals(coco.size())) {
                throw new ImageException(
                        file + ": the annotations are for " + coco.size() + ", the image is " + image.size());
            }
            return new Annotated(coco, image);
        }

        @Override
        public long bytes(Annotated read) {
            return read.image.rgb().length;
        }

        @Override
        public void open() {
            session.backend();
        }

        @Override
        public List<List<AnnotationScore>> compute(List<Annotated> batch) throws IOException {
            List<List<AnnotationScore>> found = new ArrayList<>();
            for (Annotated one : batch) {
                found.add(new Evaluation(session.backend(), masks != null).score(one.image, one.coco));
            }
            return found;
        }

        @Override
        public InOrder write(List<AnnotationScore> found) {
            return () -> {
                scores.addAll(found);
                return List.of();
            };
        }
    }

    private Path file(CocoImage image) {
        Path whole = images.resolve(image.fileName());
        return Files.exists(whole) ? whole : images.resolve(String.valueOf(whole.getFileName()));
    }

    private void report(ModelSession session) throws IOException {
        if (perAnnotation != null) {
            OutputFile.write(perAnnotation, out -> ScoresCsv.write(out, scores));
        }
        if (masks != null) {
            OutputFile.write(masks, out -> FoundMasksJson.write(out, scores));
        }
        EvaluationSummary summary = new EvaluationSummary(scores, earlier);
        result.print(summary.lines(), json -> write(json, session.origin(), summary));
    }

    private static void write(JsonGenerator json, ResultWriter.Origin origin, EvaluationSummary summary)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("model", origin.model());
        json.writeStringField("weights", origin.weights());
        json.writeStringField("backend", origin.backend());
        summary.write(json);
        json.writeEndObject();
    }
}
