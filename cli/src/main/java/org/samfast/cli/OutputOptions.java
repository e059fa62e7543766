package org.samfast.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.samfast.cli.output.OutputFormat;
import org.samfast.cli.output.OutputSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that writes masks: where to, in which formats. */
final class OutputOptions {
    /** A fade over more than that many pixels is a mistake, and would take long. */
    private static final double WIDEST_EDGE = 1000;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "",
            description =
                    "Folder to write to, made where missing; default: the current one. Files are replaced. Results of"
                            + " images below a folder lie in the same folders below DIR; so do those of files that are named"
                            + " one by one where two would get one name.")
    Path out = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            split = ",",
            defaultValue = "png,overlay",
            description = {
                "What to write, separated by commas; default: png,overlay.",
                "png: a mask each; merged: one mask of all objects; index: numbers of the objects; overlay: the image"
                        + " with masks, numbers and scores; cutout: the object on a transparent ground.",
                "coco: coco.json, one file for all images, which later runs add to; rle: COCO run lengths; yolo: outlines"
                        + " in YOLO's format, with classes.txt; polygons: JSON with holes; geojson: in the coordinates of"
                        + " a world file beside the image, otherwise in pixels; svg.",
                "json: prompts, scores and file names; logits: can be given to --mask-in again."
            })
    Set<OutputFormat> formats = EnumSet.of(OutputFormat.PNG, OutputFormat.OVERLAY);

    @Option(
            names = "--class",
            paramLabel = "NAME",
            description = "Class of the objects for coco, yolo, polygons, geojson, svg and json; default: object. Once"
                    + " for all, or repeated for each object.")
    List<String> classes = List.of();

    @Option(
            names = "--tolerance",
            paramLabel = "PIXELS",
            defaultValue = "1",
            description =
                    "How far outlines of polygons, yolo, geojson and svg may be off, to have fewer corners; 0 follows"
                            + " the edges of the pixels; default: ${DEFAULT-VALUE}. Small objects keep an IoU of 0.98.")
    double tolerance;

    @Option(
            names = "--soft-edge",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description = "Pixels over which a cutout fades at its edge; default: ${DEFAULT-VALUE}.")
    double softEdge;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /**
     * The settings for so many objects on every image.
     *
     * @param multimask whether all three masks of an object are kept
     */
    OutputSettings settings(int objects, boolean multimask) {
        check(
                tolerance >= 0 && tolerance < Double.POSITIVE_INFINITY,
                "--tolerance: expected 0 or more, got " + tolerance);
        check(
                softEdge >= 0 && softEdge <= WIDEST_EDGE,
                "--soft-edge: expected 0 to " + (int) WIDEST_EDGE + " pixels, got " + softEdge);
        check(
                classes.size() <= 1 || classes.size() == objects,
                "--class: expected one for all or one for each of " + objects + " objects, got " + classes.size());
        for (String name : classes) {
            check(
                    !name.isBlank() && name.chars().noneMatch(Character::isISOControl),
                    "--class: expected a name on one line, got '" + name + "'");
        }
        return new OutputSettings(out, formats, multimask, classes, tolerance, softEdge);
    }

    private void check(boolean good, String otherwise) {
        if (!good) {
            throw new ParameterException(command.commandLine(), otherwise);
        }
    }
}
