package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.input.MaskFile;
import org.samfast.cli.prompt.AskedPrompts;
import org.samfast.cli.prompt.PromptArguments;
import org.samfast.cli.prompt.PromptFile;
import org.samfast.cli.prompt.PromptSyntaxException;
import org.samfast.prompt.Prompt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say which objects to segment: the same on every image, or a file's own for each. */
final class PromptOptions {
    @Option(
            names = "--points",
            paramLabel = "POINTS",
            description = "Clicks on one object: x,y or x,y,label, separated by ; or blanks inside one quoted argument."
                    + " Label 1 (default) is on the object, 0 beside it. Pixels of the upright image from its left"
                    + " upper corner. Repeat it for further objects.")
    List<String> points = List.of();

    @Option(
            names = "--box",
            paramLabel = "BOX",
            description = "The box x0,y0,x1,y1 of one object. Repeat it for further objects; with --points, the k-th"
                    + " of each describe object k.")
    List<String> boxes = List.of();

    @Option(
            names = "--mask-in",
            paramLabel = "FILE",
            description =
                    "Low-resolution logits [1,256,256] of the one object as a further prompt: what --format logits"
                            + " wrote, or a .safetensors (mask_input or low_res_logits) or .npy file in float32.")
    @Nullable
    Path maskIn;

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description = {
                "Prompts of their own for each image, from a file with a JSON object per line:"
                        + " {\"image\":\"a.jpg\",\"objects\":[{\"points\":[ [x,y,1] ],\"box\":[x0,y0,x1,y1]}]}.",
                "Or the boxes of a COCO file, whose name ends in .json. An entry is for the image whose path ends in"
                        + " the entry's."
            })
    @Nullable
    Path file;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Ends the command where options do not fit each other. */
    void check() {
        if (file != null && !(points.isEmpty() && boxes.isEmpty() && maskIn == null)) {
            throw usage("--prompts: expected it alone, got it with --points, --box or --mask-in");
        }
    }

    /**
     * What is asked for on each image.
     *
     * @throws IOException where a file of prompts or a mask cannot be used
     */
    AskedPrompts of(List<InputImage> images) throws IOException {
        List<Path> paths = images.stream().map(InputImage::file).toList();
        if (file != null) {
            return AskedPrompts.of(PromptFile.read(file), paths);
        }
        return AskedPrompts.same(parse(), paths.size());
    }

    private List<Prompt> parse() throws IOException {
        try {
            return PromptArguments.parse(points, boxes, maskIn == null ? null : MaskFile.read(maskIn));
        } catch (PromptSyntaxException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
