package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Tuning;
import org.samfast.cli.bench.BenchClock;
import org.samfast.cli.bench.BenchImages;
import org.samfast.cli.bench.BenchTable;
import org.samfast.cli.bench.EverythingBench;
import org.samfast.cli.bench.PowerMeter;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.cli.terminal.StatusLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sam bench}: how fast a backend is here, with its accuracy beside. */
@Command(
        name = "bench",
        description = {
            "Measure how fast backends are on this machine, with their accuracy beside every speed.",
            "The encoder is timed alone, on images that are resized and normalised already; the decoder from embeddings to"
                    + " low-res logits in host memory. The end-to-end clock runs from RGB in host memory to 3 masks at the"
                    + " size of the image for each of 8 clicks, in host memory; with files, from image files to a PNG per"
                    + " mask. On a GPU it is the GPU's own clock, but for files. Where several subjects are compared they"
                    + " take turns, and the ratio is the median of the turns, with the lowest and the highest.",
            "Accuracy is against the first subject that computes fp32, or against the first one's own fp32.",
            "With --everything the clock runs from RGB in host memory to everything mode's records in host memory: of one"
                    + " image alone, and with --in-flight images at a time.",
            "In a checkout of sam every row is added to bench/results/DEVICE.csv, elsewhere to --csv FILE if given."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam bench --batch 1 --rounds 2 --warmup 0 --csv results.csv",
            "  sam bench --batch 1 --rounds 1 --warmup 0 --image dog.jpg --json",
            "  sam bench --backend onnx --rounds 1 --warmup 0 --plot speed.svg",
            "  sam bench --everything --points-per-side 4 --rounds 1 --image dog.jpg",
            "  sam bench --trace trace.json --batch 1 --rounds 1 --warmup 0"
        })
final class BenchCommand implements Callable<Integer> {
    @Mixin
    BenchSubjects subjects = new BenchSubjects();

    @Mixin
    BenchSetting setting = new BenchSetting();

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "A photo to measure with instead of made-up images of 640x480; repeat it for more. Batches"
                    + " take them in turn.")
    List<Path> files = List.of();

    @Option(
            names = "--ladder",
            description =
                    "Measure the steps from plain to fastest, each with the options that run it alone (--json shows"
                            + " them); what cannot run here is listed with the reason.")
    boolean ladder;

    @Option(names = "--everything", description = "Measure everything mode, a round being an image; adds no row.")
    boolean everything;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "4",
            description = "Images of everything mode at a time; default: ${DEFAULT-VALUE}.")
    int inFlight;

    @Mixin
    EverythingOptions everythingOptions = new EverythingOptions();

    @Mixin
    BenchProfiles profiles = new BenchProfiles();

    @Mixin
    BenchOutput output = new BenchOutput();

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        setting.checkUsage();
        output.checkUsage();
        checkLadder();
        checkEverything();
        profiles.checkUsage(this);
        if (output.drawsStored()) {
            output.drawStored(subjects.run.quiet);
            return ExitCode.DONE;
        }
        measure();
        return ExitCode.DONE;
    }

    private void measure() throws IOException {
        BenchClock clock = new BenchClock();
        StatusLine progress = StatusLine.on(spec.commandLine().getErr(), !subjects.run.quiet);
        try (BenchImages images = BenchImages.of(files);
                PowerMeter power = PowerMeter.start()) {
            clock.spent("images");
            measure(new BenchSetting.Run(Instant.now(), images, power, clock, progress));
        }
        if (addsRows()) {
            output.finish(ladder ? "the ladder" : "sam bench", subjects.run.quiet);
            clock.spent("output");
            output.printer.print(clock.lines(), clock::write);
        }
    }

    private void measure(BenchSetting.Run run) throws IOException {
        if (everything) {
            measureEverything(run);
        } else if (profiles.isAsked()) {
            profiles.run(this, run);
        } else if (ladder) {
            new BenchLadder(this, run).run();
        } else {
            compare(run);
        }
    }

    private boolean addsRows() {
        return !everything && !profiles.isAsked();
    }

    private void checkEverything() {
        if (inFlight < 1) {
            throw usage("--in-flight: expected 1 or more, got " + inFlight);
        }
        if (!everything && !everythingOptions.given().isEmpty()) {
            throw usage(String.join(", ", everythingOptions.given())
                    + ": only with --everything; for example: sam bench --everything --points-per-side 16");
        }
        if (everything
                && (ladder
                        || subjects.byModel().size() > 1
                        || subjects.byModel().getFirst().size() > 1)) {
            throw usage("--everything measures one model on one backend; leave the others and --ladder out");
        }
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private void measureEverything(BenchSetting.Run run) throws IOException {
        ModelOptions options = subjects.byModel().getFirst().getFirst();
        try (ModelSession session = options.open(null)) {
            int points =
                    everythingOptions.options().pointGrids().getFirst().points().size();
            int atOnce = session.everythingAtOnce(inFlight, points, told());
            SamBackend backend = session.backend();
            EverythingBench bench = new EverythingBench(
                    backend, everythingOptions.options(), run.images().images(), setting.rounds(backend.info(), 1));
            EverythingBench.Result measured = bench.measure(atOnce);
            output.printer.print(List.of(measured.line()), measured::write);
        }
    }

    private void checkLadder() {
        boolean chosen = !subjects.backends.isEmpty()
                || !subjects.precisions.isEmpty()
                || !subjects.kernels.isEmpty()
                || !setting.batches.isEmpty()
                || subjects.models.size() > 1;
        if (ladder && chosen) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--ladder chooses backend, precision, kernels and batch itself, for one model; leave these out");
        }
    }

    private void compare(BenchSetting.Run run) throws IOException {
        BenchTable table = new BenchTable(output.markdown);
        for (List<ModelOptions> options : subjects.byModel()) {
            try (BenchComparison comparison = new BenchComparison(this, run)) {
                comparison.run(options, table);
            }
        }
        text(table.times());
        text(table.foot(run.images()));
    }

    /** Who hears what memory will be taken; null for nobody. */
    @Nullable
    PrintWriter told() {
        return subjects.run.quiet ? null : spec.commandLine().getErr();
    }

    /** Prints what is for people only. */
    void text(List<String> lines) {
        output.printer.text(lines);
    }

    /** What differs from a backend's own choice, in words. */
    String setup(Tuning tuning) {
        List<String> words = new ArrayList<>();
        words.add(tuning.label());
        words.add(subjects.decoderPerImage ? "decoder per image" : "");
        return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(", "));
    }
}
