package org.samfast.cli;

import java.util.List;
import java.util.Set;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.everything.PointGrid;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of everything mode: names and defaults of Segment Anything's scripts/amg.py. */
final class EverythingOptions {
    /** Along a side; 2^20 points. */
    private static final int MAX_POINTS = 1024;

    /** Options of {@code sam segment} that say nothing in everything mode. */
    private static final Set<String> OF_PROMPTS = Set.of(
            "--points",
            "--box",
            "--mask-in",
            "--prompts",
            "--multimask",
            "--format",
            "--class",
            "--tolerance",
            "--soft-edge",
            "--fill-holes",
            "--min-area",
            "--largest",
            "--clip-to-box",
            "--refine",
            "--trace",
            "--batch",
            "--dump");

    @Option(
            names = "--points-per-side",
            paramLabel = "N",
            defaultValue = "32",
            description = "Ask on a grid of N x N points over the image; default: ${DEFAULT-VALUE}.")
    int pointsPerSide;

    @Option(
            names = "--points-per-batch",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Points decoded at once on a CPU; fewer take less memory; default: ${DEFAULT-VALUE}. A GPU takes"
                            + " as many as suit it.")
    int pointsPerBatch;

    @Option(
            names = "--pred-iou-thresh",
            paramLabel = "X",
            defaultValue = "0.88",
            description = "Keep masks whose predicted IoU is above X; default: ${DEFAULT-VALUE}.")
    double predIouThresh;

    @Option(
            names = "--stability-score-thresh",
            paramLabel = "X",
            defaultValue = "0.95",
            description = "Keep masks whose stability score is at least X; default: ${DEFAULT-VALUE}.")
    double stabilityScoreThresh;

    @Option(
            names = "--stability-score-offset",
            paramLabel = "X",
            defaultValue = "1.0",
            description =
                    "How far the mask's threshold is moved up and down for that score; default:" + " ${DEFAULT-VALUE}.")
    double stabilityScoreOffset;

    @Option(
            names = "--box-nms-thresh",
            paramLabel = "X",
            defaultValue = "0.7",
            description = "Masks whose boxes have an IoU above X are duplicates; default: ${DEFAULT-VALUE}.")
    double boxNmsThresh;

    @Option(
            names = "--crop-n-layers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Look again at N layers of crops, 2 x 2, 4 x 4 and so on, for smaller objects; default:"
                    + " ${DEFAULT-VALUE}.")
    int cropNLayers;

    @Option(
            names = "--crop-nms-thresh",
            paramLabel = "X",
            defaultValue = "0.7",
            description = "The same as --box-nms-thresh for masks of different crops; default: ${DEFAULT-VALUE}.")
    double cropNmsThresh;

    @Option(
            names = "--crop-overlap-ratio",
            paramLabel = "X",
            defaultValue = "0.3413333333333333",
            description = "Share of the image's shorter side by which crops of the first layer overlap; default:"
                    + " 512/1500.")
    double cropOverlapRatio;

    @Option(
            names = "--crop-n-points-downscale-factor",
            paramLabel = "N",
            defaultValue = "1",
            description = "Divide --points-per-side by N from each layer of crops to the next; default:"
                    + " ${DEFAULT-VALUE}.")
    int cropNPointsDownscaleFactor;

    @Option(
            names = "--min-mask-region-area",
            paramLabel = "N",
            defaultValue = "0",
            description = "Fill holes and remove islands of fewer than N pixels; default: ${DEFAULT-VALUE}.")
    int minMaskRegionArea;

    @Option(
            names = "--convert-to-rle",
            description = "Write one STEM.json of COCO run lengths per image instead of a folder of PNG files.")
    boolean convertToRle;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Those of these options that the command line gives. */
    List<String> given() {
        return matched(CommandSpec.forAnnotatedObject(new EverythingOptions())
                .optionsMap()
                .keySet());
    }

    private List<String> matched(Set<String> names) {
        return command.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(names::contains)
                .toList();
    }

    /** Ends {@code sam segment} where an option says nothing with or without {@code --everything}. */
    void check(boolean everything) {
        List<String> idle = everything ? matched(OF_PROMPTS) : given();
        if (!idle.isEmpty()) {
            throw usage(idle.getFirst() + (everything ? " and --everything: give one of them" : " needs --everything"));
        }
    }

    /** The options as the generator takes them; where they cannot be met, the command line is told so. */
    AutomaticMaskOptions options() {
        require("--points-per-side", 1, MAX_POINTS, pointsPerSide);
        require("--crop-n-points-downscale-factor", 1, MAX_POINTS, cropNPointsDownscaleFactor);
        require("--crop-n-layers", 0, AutomaticMaskOptions.MAX_LAYERS, cropNLayers);
        try {
            return new AutomaticMaskOptions(
                    PointGrid.layers(pointsPerSide, cropNLayers, cropNPointsDownscaleFactor),
                    pointsPerBatch,
                    predIouThresh,
                    stabilityScoreThresh,
                    stabilityScoreOffset,
                    boxNmsThresh,
                    cropNLayers,
                    cropNmsThresh,
                    cropOverlapRatio,
                    minMaskRegionArea);
        } catch (IllegalArgumentException e) {
            throw usage(flag(String.valueOf(e.getMessage())));
        }
    }

    private void require(String flag, int least, int most, int value) {
        if (value < least || value > most) {
            throw usage(flag + ": expected " + least + " to " + most + ", got " + value);
        }
    }

    /** The sentence with the flag in place of the option's name in Python. */
    private static String flag(String sentence) {
        int end = sentence.indexOf(':');
        return "--" + sentence.substring(0, end).replace('_', '-') + sentence.substring(end);
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(command.commandLine(), sentence);
    }
}
