package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.ImageInputs;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.input.StdinList;
import org.samfast.cli.output.MaskTree;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.output.OutputPlan;
import org.samfast.cli.output.OutputSettings;
import org.samfast.cli.output.ResultWriter;
import org.samfast.cli.output.StageDump;
import org.samfast.cli.pipeline.Limits;
import org.samfast.cli.pipeline.Pipeline;
import org.samfast.cli.pipeline.RunReport;
import org.samfast.cli.prompt.AskedPrompts;
import org.samfast.cli.resume.Journal;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.cli.trace.TraceFile;
import org.samfast.cli.trace.TracedWork;
import org.samfast.mask.MaskChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    @Mixin
    ImageOptions reading = new ImageOptions();

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
        everythingOptions.check(everything);
        reading.check();
        return everything ? findEverything() : segment();
    }

    private int segment() throws IOException {
        prompts.check();
        StdinList list = StdinList.read(reading.images, System.in);
        ImageInputs inputs = list.inputs(reading.images, output.out);
        AskedPrompts asked = prompts.of(inputs.images());
        OutputSettings settings = output.settings(asked.most(), multimask);
        ResumableRun run = resumable();
        List<SegmentRun.Input> planned = plan(
                inputs.images(),
                asked,
                settings,
                run.keepsJournal(inputs.images().size()));
        asked.perImage().forEach(objects -> cleanup.check(objects, multimask));
        OutputFile.requireFolder(dump);
        OutputFile.requireFolder(trace);
        OutputFile.makeFolder(settings.folder());
        StageDump stages = dump == null ? null : new StageDump(dump);
        run.tell(inputs.problems());
        run.tell(asked.problems());
        int exitCode = segment(planned, settings, stages, run);
        return run.goOn(list, exitCode);
    }

    private ResumableRun resumable() throws IOException {
        RunReport report = new RunReport(spec.commandLine(), main.verbose, model.run.quiet);
        return new ResumableRun(spec, resume, report);
    }

    private int segment(
            List<SegmentRun.Input> planned, OutputSettings settings, @Nullable StageDump stages, ResumableRun run)
            throws IOException {
        List<Path> folders =
                planned.stream().map(input -> input.names().folder()).toList();
        try (ModelSession session = model.open(stages);
                Journal journal = run.journal(session, planned.size(), settings.folder(), folders);
                ResultWriter writer = new ResultWriter(settings)) {
            List<SegmentRun.Input> left = run.left(
                    planned,
                    input -> input.file().toString(),
                    input -> journal.isDone(input.key()) && writer.knows(input.file()));
            int batch = batch(session, left);
            StoredEmbeddings stored = StoredEmbeddings.in(left.isEmpty() ? null : embeddings, session);
            SegmentRun work = new SegmentRun(this, session, stored, writer, journal, stages);
            int exitCode = run(work, session, batch, left, run.report());
            if (run.report().isComplete()) {
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
        int exitCode = new Pipeline<>(
                        new TracedWork<>(run, session::backend, traced), Limits.ofMachine(batch, 1), report)
                .run(inputs);
        traced.write(
                trace, RunAbout.trace(spec, session.backend(), batch, "launched as ever, sequences timed as a whole"));
        return exitCode;
    }

    private int batch(ModelSession session, List<SegmentRun.Input> inputs) {
        int prompts =
                inputs.stream().mapToInt(input -> input.prompts().size()).max().orElse(1);
        int images = Math.clamp(inputs.size(), 1, reading.batch(session));
        return session.imagesAtOnce(images, prompts, main.told());
    }

    private int findEverything() throws IOException {
        EverythingRun.Setting setting = new EverythingRun.Setting(
                everythingOptions.options(),
                new MaskTree(output.out, everythingOptions.convertToRle),
                reading.maxPixels,
                embeddings,
                json,
                spec.commandLine().getErr(),
                model.run.quiet,
                main.verbose);
        StdinList list = StdinList.read(reading.images, System.in);
        ImageInputs inputs = list.inputs(reading.images, output.out);
        setting.tree().conflict(inputs.images()).ifPresent(conflict -> {
            throw usage(conflict);
        });
        OutputFile.makeFolder(output.out);
        ResumableRun run = resumable();
        List<EverythingRun.Input> planned =
                setting.inputs(inputs.images(), run.keepsJournal(inputs.images().size()));
        List<Path> folders =
                inputs.images().stream().map(setting.tree()::folder).toList();
        int exitCode;
        try (ModelSession session = model.open(null);
                Journal journal = run.journal(session, planned.size(), output.out, folders)) {
            exitCode = EverythingRun.run(session, setting, planned, inputs.problems(), journal, run);
        }
        return run.goOn(list, exitCode);
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

    private List<SegmentRun.Input> plan(
            List<InputImage> files, AskedPrompts asked, OutputSettings settings, boolean keys) {
        checkUsage(files.size(), asked.most());
        OutputPlan plan = OutputPlan.of(settings, files);
        plan.conflict(asked.most()).ifPresent(conflict -> {
            throw usage(conflict);
        });
        return SegmentRun.Input.of(files, plan.names(), asked, keys);
    }

    private void checkUsage(int files, int objects) {
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
