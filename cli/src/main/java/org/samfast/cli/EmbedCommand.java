package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.samfast.cli.input.ImageInputs;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.pipeline.Limits;
import org.samfast.cli.pipeline.Pipeline;
import org.samfast.cli.pipeline.RunReport;
import org.samfast.embedding.EmbeddingFolder;
import org.samfast.embedding.EmbeddingSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sam embed}: what the image encoder makes of images, stored for {@code sam segment --embeddings}. */
@Command(
        name = "embed",
        description = {
            "Store what the image encoder makes of images, so that 'sam segment --embeddings' need not encode them again.",
            "Writes a file of 2 MB for every image, called by the SHA-256 of the image, into a folder for model and"
                    + " precision. What is there is not made again: run it again after new images, or to go on after a"
                    + " stop."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sam embed photos --out embeddings", "  sam embed dog.jpg truck.jpg -o embeddings --json"})
final class EmbedCommand implements Callable<Integer> {
    @Mixin
    ImageOptions reading = new ImageOptions();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            defaultValue = "embeddings",
            description = "Folder to write to, made where missing; default: ${DEFAULT-VALUE}.")
    Path out = Path.of("");

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--json", description = "Print one JSON object per image on stdout instead.")
    boolean json;

    @ParentCommand
    Main main;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        reading.check();
        ImageInputs inputs = ImageInputs.of(reading.images, out, System.in);
        List<Path> files = inputs.images().stream().map(InputImage::file).toList();
        RunReport report = new RunReport(spec.commandLine(), main.verbose, model.run.quiet);
        inputs.problems().forEach(problem -> report.failedBefore(problem.name(), problem.error()));
        try (ModelSession session = model.open(null)) {
            int atOnce = session.imagesAtOnce(Math.clamp(files.size(), 1, reading.batch(session)), 1, main.told());
            EmbedRun run = new EmbedRun(session.backend(), folder(session), reading.maxPixels, json);
            return new Pipeline<>(run, Limits.ofMachine(atOnce, session.callsAtOnce()), report).run(files);
        }
    }

    private EmbeddingFolder folder(ModelSession session) throws IOException {
        EmbeddingSource source = session.embeddingSource();
        return OutputFile.writing(out, () -> EmbeddingFolder.forWriting(out, source));
    }
}
