package org.samfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.ImageInputs;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.output.MaskTree;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.pipeline.RunReport;
import org.samfast.cli.resume.Journal;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.image.ImageReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sam amg}: everything mode with the flags of Segment Anything's scripts/amg.py. */
@Command(
        name = "amg",
        description = {
            "Everything mode, 'sam segment --everything', with the flags of Segment Anything's scripts/amg.py, so that"
                    + " its command lines work here.",
            "Writes a folder STEM of masks 0.png, 1.png, ... and metadata.csv for every image, or STEM.json; in the"
                    + " same order and with the same numbers."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam amg --input dog.jpg --output found --points-per-side 4",
            "  sam amg --input photos --output found --points-per-side 4 --convert-to-rle"
        })
final class AmgCommand implements Callable<Integer> {
    @Option(names = "--input", required = true, paramLabel = "PATH", description = "An image, or a folder of images.")
    Path input = Path.of("");

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Folder to write to.")
    Path output = Path.of("");

    @Option(
            names = "--model-type",
            paramLabel = "NAME",
            description = "vit_b, vit_l, vit_h or default, which is vit_h; as fetched by 'sam download', unless"
                    + " --checkpoint names the file, which then has to be of that type.")
    @Nullable
    String modelType;

    @Option(names = "--checkpoint", paramLabel = "FILE", description = "The same as --weights.")
    @Nullable
    Path checkpoint;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cuda is --backend cuda, cpu is --backend onnx; default: what --backend says.")
    @Nullable
    String device;

    @Mixin
    EverythingOptions everything = new EverythingOptions();

    @Mixin
    ModelOptions model = new ModelOptions();

    @ParentCommand
    Main main;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        AutomaticMaskOptions options = everything.options();
        takeModel();
        takeDevice();
        EverythingRun.Setting setting = new EverythingRun.Setting(
                options,
                new MaskTree(output, everything.convertToRle),
                ImageReader.DEFAULT_PIXEL_LIMIT,
                null,
                false,
                spec.commandLine().getErr(),
                model.run.quiet,
                main.verbose);
        ImageInputs inputs = ImageInputs.of(List.of(input), output, InputStream.nullInputStream());
        List<InputImage> images = inThatFolder(inputs.images());
        setting.tree().conflict(images).ifPresent(conflict -> {
            throw usage(conflict);
        });
        OutputFile.makeFolder(output);
        try (ModelSession session = model.open(null)) {
            checkType(session);
            RunReport report = new RunReport(spec.commandLine(), main.verbose, model.run.quiet);
            ResumableRun run = new ResumableRun(spec, false, report);
            List<EverythingRun.Input> planned = setting.inputs(images, false);
            return EverythingRun.run(session, setting, planned, inputs.problems(), Journal.none(), run);
        }
    }

    /** As amg.py, which does not look into folders below. */
    private static List<InputImage> inThatFolder(List<InputImage> images) {
        return images.stream().filter(InputImage::isAtTheTop).toList();
    }

    private void takeModel() {
        if (checkpoint != null) {
            model.weights = checkpoint;
        } else if (modelType != null) {
            model.model = type();
        }
    }

    private @Nullable String type() {
        return "default".equals(modelType) ? "vit_h" : modelType;
    }

    private void takeDevice() {
        if (device != null) {
            model.backend = switch (device) {
                case "cuda" -> "cuda";
                case "cpu" -> "onnx";
                default -> throw usage("--device: expected cuda or cpu, got '" + device + "'");
            };
        }
    }

    private void checkType(ModelSession session) {
        if (checkpoint != null && modelType != null && !session.model().equals(type())) {
            throw usage("--model-type " + modelType + ": " + checkpoint + " is a " + session.model()
                    + "; leave --model-type out, or name that");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
