package org.samfast.cli;

import org.samfast.image.ImageReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How large images may be, and how many are computed at once. */
final class ImageOptions {
    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            defaultValue = "" + ImageReader.DEFAULT_PIXEL_LIMIT,
            description = "Refuse images of more pixels; default: ${DEFAULT-VALUE}.")
    long maxPixels;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Images per call of the backend; default: 8 on a GPU, 1 on the CPU, which gains nothing by more.")
    private int batch;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    void check() {
        if (maxPixels < 1) {
            throw usage("--max-pixels: expected 1 or more, got " + maxPixels);
        }
        if (batch < 0) {
            throw usage("--batch: expected 1 or more, or 0 for the backend's choice, got " + batch);
        }
    }

    /** Images per call, the backend's own choice where none was made. */
    int batch(ModelSession session) {
        return batch > 0 ? batch : session.batch();
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
