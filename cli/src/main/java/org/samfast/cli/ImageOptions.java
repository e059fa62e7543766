package org.samfast.cli;

import java.nio.file.Path;
import java.util.List;
import org.samfast.image.ImageReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which images, how large they may be, and how many are computed at once. */
final class ImageOptions {
    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "JPEG, PNG, GIF, BMP, TIFF or WebP files. A folder, or a quoted pattern such as"
                    + " \"photos/*.jpg\", stands for the images in it and below; - for the list on stdin, one a line.")
    List<Path> images = List.of();

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
