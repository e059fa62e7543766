package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.ImageArguments;
import org.samfast.cli.input.MaskFile;
import org.samfast.cli.output.MaskTree;
import org.samfast.cli.output.OutputFormat;
import org.samfast.cli.output.OutputPlan;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.output.StageDump;
import org.samfast.cli.prompt.PromptArguments;
import org.samfast.cli.prompt.PromptSyntaxException;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.image.ImageReader;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.Prompt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sam segment}: images and prompts in, masks out. */
@Command(
        name = "segment",
        description = {
            "Cut objects out of images by clicks, boxes or masks.",
            "Writes STEM.mask.png (STEM.obj2.mask.png for the second object) and STEM.overlay.png for every image,"
                    + " and prints one line per mask: file, score, area and box."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam segment groceries.jpg --points 400,270",
            "  sam segment groceries.jpg --points \"400,270;120,60,0\" --multimask",
            "  sam segment truck.jpg --box 75,275,1725,850 --format png,overlay,rle",
            "  sam segment truck.jpg --points 500,370 --points 1520,700 --json",
            "  sam segment dog.jpg --points 300,400 --format logits",
            "  sam segment dog.jpg --mask-in dog.logits.safetensors --box 200,220,400,530",
            "  sam segment photos --box 20,30,400,380 --out masks",
            "  sam segment dog.jpg --everything --points-per-side 8 --out found"
        })
final class SegmentCommand implements Callable<Integer> {
    private static final Set<String> NOT_WITH_EVERYTHING =
            Set.of("--points", "--box", "--mask-in", "--multimask", "--format", "--dump");

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "JPEG, PNG, GIF, BMP, TIFF or WebP files; a folder stands for the images in it.")
    List<Path> images = List.of();

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
            names = "--multimask",
            description = "Write all three masks of each object (whole, part, subpart) as STEM.mask1.png to"
                    + " STEM.mask3.png, instead of the best for a single click and the plain one otherwise.")
    boolean multimask;

    @Option(
            names = "--everything",
            description = "Instead of prompts: find all objects. Writes a folder STEM of masks 0.png, 1.png, ... and"
                    + " metadata.csv for every image, as Segment Anything's scripts/amg.py does.")
    boolean everything;

    @Mixin
    EverythingOptions everythingOptions = new EverythingOptions();

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "",
            description = "Folder to write to, made where missing; default: the current one. Files are replaced.")
    Path out = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            split = ",",
            defaultValue = "png,overlay",
            description = "What to write, separated by commas: ${COMPLETION-CANDIDATES}; default: png,overlay."
                    + " rle is COCO run lengths, logits can be given to --mask-in again.")
    Set<OutputFormat> formats = EnumSet.of(OutputFormat.PNG, OutputFormat.OVERLAY);

    @Option(names = "--json", description = "Print one JSON object per image on stdout instead.")
    boolean json;

    @Option(
            names = "--dump",
            paramLabel = "FILE",
            description =
                    "Write every stage between image and masks to this .safetensors file, for comparing with other"
                            + " implementations; for one image and one object.")
    @Nullable
    Path dump;

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            defaultValue = "" + ImageReader.DEFAULT_PIXEL_LIMIT,
            description = "Refuse images of more pixels; default: ${DEFAULT-VALUE}.")
    long maxPixels;

    @ParentCommand
    Main main;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        checkEverything();
        if (everything) {
            return findEverything();
        }
        List<Prompt> prompts = prompts();
        List<Path> files = ImageArguments.expand(images);
        checkUsage(files, prompts.size());
        Files.createDirectories(out.toAbsolutePath());
        StageDump stages = dump == null ? null : new StageDump(dump);
        try (ModelSession session = model.open(stages)) {
            ResultWriter writer = new ResultWriter(out, formats, multimask);
            StepTimes times = new StepTimes(spec.commandLine().getErr(), main.verbose);
            return new ImageBatch(spec.commandLine(), main.verbose, model.quiet)
                    .run(files, new SegmentRun(this, session, prompts, writer, stages, times));
        }
    }

    private int findEverything() throws IOException {
        AutomaticMaskOptions options = everythingOptions.options();
        List<Path> files = ImageArguments.expand(images);
        MaskTree tree = new MaskTree(out, everythingOptions.convertToRle);
        tree.conflict(files).ifPresent(conflict -> {
            throw usage(conflict);
        });
        Files.createDirectories(out.toAbsolutePath());
        try (ModelSession session = model.open(null)) {
            StatusLine progress = StatusLine.on(spec.commandLine().getErr(), !model.quiet);
            StepTimes times = new StepTimes(spec.commandLine().getErr(), main.verbose);
            return new ImageBatch(spec.commandLine(), main.verbose, model.quiet)
                    .run(files, new EverythingRun(session, options, tree, maxPixels, json, progress, times));
        }
    }

    /** Refuses options that say nothing with or without {@code --everything}. */
    private void checkEverything() {
        List<String> idle = everything
                ? spec.commandLine().getParseResult().matchedOptions().stream()
                        .map(OptionSpec::longestName)
                        .filter(NOT_WITH_EVERYTHING::contains)
                        .toList()
                : everythingOptions.given();
        if (!idle.isEmpty()) {
            throw usage(idle.getFirst() + (everything ? " and --everything: give one of them" : " needs --everything"));
        }
    }

    /** Which of the decoder's masks are kept. */
    MaskChoice choice() {
        return multimask ? MaskChoice.MULTIMASK : MaskChoice.AUTOMATIC;
    }

    private List<Prompt> prompts() throws IOException {
        try {
            return PromptArguments.parse(points, boxes, maskIn == null ? null : MaskFile.read(maskIn));
        } catch (PromptSyntaxException e) {
            throw usage(e.getMessage());
        }
    }

    private void checkUsage(List<Path> files, int objects) {
        if (maxPixels < 1) {
            throw usage("--max-pixels: expected 1 or more, got " + maxPixels);
        }
        if (dump != null && (files.size() != 1 || objects != 1)) {
            throw usage("--dump: expected one image and one object, got " + files.size() + " images and " + objects
                    + " objects; for example: sam segment photo.jpg --points 400,270 --dump stages.safetensors");
        }
        new OutputPlan(out, formats, objects, multimask).conflict(files).ifPresent(conflict -> {
            throw usage(conflict);
        });
    }

    private ParameterException usage(@Nullable String message) {
        return new ParameterException(spec.commandLine(), String.valueOf(message));
    }
}
