package org.samfast.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.ImageInputs;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.output.MaskTree;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.output.OutputNames;
import org.samfast.cli.output.OutputPlan;
import org.samfast.cli.output.OutputSettings;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.output.StageDump;
import org.samfast.cli.pipeline.Limits;
import org.samfast.cli.pipeline.Pipeline;
import org.samfast.cli.pipeline.RunReport;
import org.samfast.cli.resume.Digest;
import org.samfast.cli.resume.ImageKey;
import org.samfast.cli.resume.Journal;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.cli.trace.TraceFile;
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
            "  sam segment truck.jpg --box 75,275,1725,850 --format coco,yolo --class car",
            "  sam segment dog.jpg --points 300,400 --format cutout --soft-edge 3",
            "  sam segment dog.jpg --box 200,220,400,530 --refine 2 --fill-holes --largest",
            "  sam segment truck.jpg --points 500,370 --points 1520,700 --json",
            "  sam segment dog.jpg --points 300,400 --format logits",
            "  sam segment dog.jpg --mask-in dog.logits.safetensors --box 200,220,400,530",
            "  sam segment photos --box 20,30,400,380 --out masks",
            "  sam segment photos --box 20,30,400,380 --out masks --resume",
            "  sam segment \"photos/**/*.jpg\" --box 20,30,400,380 --format rle --out masks",
            "  sam segment dog.jpg --everything --points-per-side 8 --out found",
            "  sam embed photos --out embeddings",
            "  sam segment photos --points 400,270 --embeddings embeddings --out masks"
        })
final class SegmentCommand implements Callable<Integer> {
    /** Options that change nothing in the files written, and prompts, which are in the key of each image. */
    private static final Set<String> NOT_OF_THE_RESULT = Set.of(
            "--points",
            "--box",
            "--mask-in",
            "--prompts",
            "--out",
            "--batch",
            "--threads",
            "--gpu-mem",
            "--quiet",
            "--json",
            "--resume",
            "--dump",
            "--trace",
            "--max-pixels",
            "--verbose",
            "--model",
            "--weights",
            "--backend",
            "--help",
            "--version");

    private static final Set<String> NOT_WITH_EVERYTHING = Set.of(
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

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "JPEG, PNG, GIF, BMP, TIFF or WebP files. A folder, or a quoted pattern such as"
                    + " \"photos/*.jpg\", stands for the images in it and below; - for the list on stdin, one a line.")
    List<Path> images = List.of();

    @Mixin
    PromptOptions prompts = new PromptOptions();

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

    @Mixin
    CleanupOptions cleanup = new CleanupOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    @Option(
            names = "--embeddings",
            paramLabel = "DIR",
            description =
                    "Take what 'sam embed' stored there instead of encoding images again; made with the same model"
                            + " and --precision. Images without are encoded. With --everything for the whole image, not for crops.")
    @Nullable
    Path embeddings;

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

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Images per call of the backend; default: 8 on a GPU, 1 on the CPU, which gains nothing by more.")
    int batch;

    @Option(
            names = "--resume",
            description = "Go on where an earlier run into the same folder was stopped: skip images whose files are all"
                    + " there, made of the same image with the same options and model.")
    boolean resume;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write when each image was read, computed and written, and what the GPU did meanwhile, for"
                    + " ui.perfetto.dev.")
    @Nullable
    Path trace;

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
        prompts.check();
        StdinList list = StdinList.read(images, System.in);
        ImageInputs inputs = ImageInputs.of(images, output.out, new ByteArrayInputStream(list.bytes()));
        AskedPrompts asked = prompts.of(inputs.images());
        OutputSettings settings = output.settings(asked.most(), multimask);
        List<SegmentRun.Input> planned = plan(inputs.images(), asked, settings);
        asked.perImage().forEach(objects -> cleanup.check(objects, multimask));
        OutputFile.makeFolder(settings.folder());
        StageDump stages = dump == null ? null : new StageDump(dump);
        RunReport report = new RunReport(spec.commandLine(), main.verbose, model.quiet);
        Set<String> failed = NewProcess.failedBefore();
        Stream.concat(
                        inputs.problems().stream().map(problem -> Map.entry(problem.name(), problem.error())),
                        asked.problems().stream().map(problem -> Map.entry(problem.name(), problem.error())))
                .filter(problem -> !failed.contains(problem.getKey()))
                .forEach(problem -> report.failedBefore(problem.getKey(), problem.getValue()));
        failed.forEach(report::failedEarlier);
        int exitCode = segment(planned, failed, settings, stages, report);
        return goOn(report, list, exitCode);
    }

    /** Where the backend was lost with images left a new process does these. */
    private int goOn(RunReport report, StdinList list, int exitCode) throws IOException {
        return report.leavesRest() ? new NewProcess(spec.commandLine(), list).run(report.failed()) : exitCode;
    }

    private int segment(
            List<SegmentRun.Input> asked,
            Set<String> failed,
            OutputSettings settings,
            @Nullable StageDump stages,
            RunReport report)
            throws IOException {
        List<SegmentRun.Input> planned = asked.stream()
                .filter(input -> !failed.contains(input.file().toString()))
                .toList();
        try (ModelSession session = model.open(stages);
                Journal journal = journal(session, planned.size(), settings.folder(), folders(planned));
                ResultWriter writer = new ResultWriter(settings)) {
            List<SegmentRun.Input> rest = planned.stream()
                    .filter(input -> !journal.isDone(input.key()) || !writer.knows(input.file()))
                    .toList();
            report.doneBefore(planned.size() - rest.size());
            if (journal.isKept()) {
                report.goOnAnewWhenLost(!NewProcess.isOne());
            }
            int batch = batch(session, rest);
            StoredEmbeddings stored = StoredEmbeddings.in(rest.isEmpty() ? null : embeddings, session);
            SegmentRun run = new SegmentRun(this, session, stored, writer, journal, stages);
            int exitCode = run(run, session, batch, rest, report);
            if (report.isComplete()) {
                writer.finish();
            }
            return exitCode;
        }
    }

    private int run(SegmentRun run, ModelSession session, int batch, List<SegmentRun.Input> inputs, RunReport report)
            throws IOException {
        if (trace == null || inputs.isEmpty()) {
            return new Pipeline<>(run, Limits.ofMachine(batch, session.callsAtOnce()), report).run(inputs);
        }
        TraceFile traced = new TraceFile();
        int exitCode =
                new Pipeline<>(new TracedWork<>(run, session, traced), Limits.ofMachine(batch, 1), report).run(inputs);
        traced.write(
                trace, RunAbout.trace(spec, session.backend(), batch, "launched as ever, sequences timed as a whole"));
        return exitCode;
    }

    private Journal journal(ModelSession session, int files, Path folder, List<Path> outputFolders) throws IOException {
        if (!keepsJournal(files)) {
            return Journal.none();
        }
        String key = session.runKey(spec, NOT_OF_THE_RESULT);
        return resume ? Journal.resume(folder, key, outputFolders) : Journal.begin(folder, key);
    }

    private boolean keepsJournal(int files) {
        return resume || files > 1;
    }

    private static List<Path> folders(List<SegmentRun.Input> planned) {
        return planned.stream().map(input -> input.names().folder()).toList();
    }

    private int batch(ModelSession session, List<SegmentRun.Input> inputs) {
        int wanted = batch > 0 ? batch : session.batch();
        int prompts =
                inputs.stream().mapToInt(input -> input.prompts().size()).max().orElse(1);
        int images = Math.clamp(inputs.size(), 1, wanted);
        return session.imagesAtOnce(images, prompts, told());
    }

    /** Who hears what a run will take. */
    private @Nullable PrintWriter told() {
        return main.verbose ? spec.commandLine().getErr() : null;
    }

    private int findEverything() throws IOException {
        EverythingRun.Setting setting = new EverythingRun.Setting(
                everythingOptions.options(),
                new MaskTree(output.out, everythingOptions.convertToRle),
                maxPixels,
                embeddings,
                json,
                spec.commandLine().getErr(),
                model.quiet,
                main.verbose);
        StdinList list = StdinList.read(images, System.in);
        ImageInputs inputs = ImageInputs.of(images, output.out, new ByteArrayInputStream(list.bytes()));
        setting.tree().conflict(inputs.images()).ifPresent(conflict -> {
            throw usage(conflict);
        });
        OutputFile.makeFolder(output.out);
        List<EverythingRun.Input> planned =
                setting.inputs(inputs.images(), keepsJournal(inputs.images().size()));
        List<Path> folders =
                inputs.images().stream().map(setting.tree()::folder).toList();
        RunReport report = new RunReport(spec.commandLine(), main.verbose, model.quiet);
        int exitCode;
        try (ModelSession session = model.open(null);
                Journal journal = journal(session, planned.size(), output.out, folders)) {
            if (journal.isKept()) {
                report.goOnAnewWhenLost(!NewProcess.isOne());
            }
            exitCode = EverythingRun.run(session, setting, planned, inputs.problems(), journal, report);
        }
        return goOn(report, list, exitCode);
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

    /** Whether images of such a batch are taken through the stages one by one, to look at or to refine. */
    boolean showsSteps(int images) {
        return cleanup.refine > 0 || dump != null || (images == 1 && main.verbose);
    }

    /** Keeps the times of an image's steps. */
    StepTimes times(boolean ofTheFirst) {
        PrintWriter stderr = spec.commandLine().getErr();
        return ofTheFirst ? new StepTimes(stderr, main.verbose) : StepTimes.fromNow(stderr, main.verbose);
    }

    private List<SegmentRun.Input> plan(List<InputImage> files, AskedPrompts asked, OutputSettings settings) {
        checkUsage(files.size(), asked.most());
        OutputPlan plan = OutputPlan.of(settings, files);
        plan.conflict(asked.most()).ifPresent(conflict -> {
            throw usage(conflict);
        });
        return IntStream.range(0, files.size())
                .filter(i -> !asked.perImage().get(i).isEmpty())
                .mapToObj(i -> planned(
                        files.get(i).file(),
                        plan.names().get(i),
                        asked.perImage().get(i),
                        files.size()))
                .toList();
    }

    private SegmentRun.Input planned(Path file, OutputNames names, List<Prompt> asked, int files) {
        String key = keepsJournal(files)
                ? ImageKey.of(file, names.path(), new Digest().add(asked).hex())
                : "";
        return new SegmentRun.Input(file, names, asked, key);
    }

    private void checkUsage(int files, int objects) {
        if (maxPixels < 1) {
            throw usage("--max-pixels: expected 1 or more, got " + maxPixels);
        }
        if (batch < 0) {
            throw usage("--batch: expected 1 or more, or 0 for the backend's choice, got " + batch);
        }
        if (dump != null && embeddings != null) {
            throw usage(
                    "--dump and --embeddings: give one of them, since a stored embedding shows no stages before it");
        }
        if (dump != null && (files != 1 || objects != 1)) {
            throw usage("--dump: expected one image and one object, got " + files + " images and " + objects
                    + " objects; for example: sam segment photo.jpg --points 400,270 --dump stages.safetensors");
        }
    }

    private ParameterException usage(@Nullable String message) {
        return new ParameterException(spec.commandLine(), String.valueOf(message));
    }
}
