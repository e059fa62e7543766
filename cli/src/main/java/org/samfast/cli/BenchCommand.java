package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.SamBackend;
import org.samfast.cli.bench.BenchAccuracy;
import org.samfast.cli.bench.BenchRow;
import org.samfast.cli.bench.BenchRun;
import org.samfast.cli.bench.BenchSubject;
import org.samfast.cli.bench.BenchTable;
import org.samfast.cli.bench.EverythingBench;
import org.samfast.cli.bench.ResultsCsv;
import org.samfast.cli.bench.Rounds;
import org.samfast.cli.bench.SyntheticImages;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
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
            "Measure how fast a backend is on this machine, with its accuracy beside every speed.",
            "The encoder is timed alone, on images that are resized and normalised already. The end-to-end clock runs from"
                    + " RGB in host memory to 3 masks at the size of the image for each of 8 clicks, in host memory. On a"
                    + " GPU it is the GPU's own clock. Accuracy is against fp32 on the same backend.",
            "With --everything the clock runs from RGB in host memory to everything mode's records in host memory: of one"
                    + " image alone, and with --in-flight images at a time.",
            "In a checkout of sam every batch adds a row to bench/results/DEVICE.csv, elsewhere to --csv FILE if given."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sam bench --batch 1 --rounds 2 --warmup 0 --csv results.csv",
            "  sam bench --batch 1 --rounds 1 --warmup 0 --image dog.jpg --json",
            "  sam bench --everything --points-per-side 4 --rounds 2 --warmup 0 --in-flight 1"
        })
final class BenchCommand implements Callable<Integer> {
    private static final int LARGEST_BATCH = 1024;
    private static final int SYNTHETIC_IMAGES = 8;
    private static final Path CHECKOUT_RESULTS = Path.of("bench", "results");

    /** What is measured where nothing else is said: a GPU in a minute, a CPU in less than two. */
    private static final List<Integer> GPU_BATCHES = List.of(1, 8, 32);

    private static final List<Integer> CPU_BATCHES = List.of(1);
    private static final Rounds GPU_ROUNDS = new Rounds(10, 50);
    private static final Rounds CPU_ROUNDS = new Rounds(2, 10);

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(
            names = "--batch",
            paramLabel = "N",
            split = ",",
            description = "Images per batch, separated by commas; each is measured, the smallest first. Default: 1,8,32"
                    + " on a GPU, 1 on a CPU.")
    List<Integer> batches = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Batches of which the median counts; default: 50 on a GPU, 10 on a CPU.")
    @Nullable
    Integer rounds;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Batches before them that do not count; default: 10 on a GPU, 2 on a CPU.")
    @Nullable
    Integer warmup;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "A photo to measure with instead of made-up images of 640x480; repeat it for more. Batches"
                    + " take them in turn.")
    List<Path> files = List.of();

    @Option(names = "--csv", paramLabel = "FILE", description = "Add the rows to this file.")
    @Nullable
    Path csv;

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
    ResultPrinter result = new ResultPrinter();

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        checkUsage();
        List<RgbImage> images = images();
        try (ModelSession session = model.open(null)) {
            if (everything) {
                measureEverything(session.backend(), images);
                return ExitCode.DONE;
            }
            Instant date = Instant.now();
            double firstMask = BenchRun.firstMaskSeconds(session::backend, images.getFirst());
            BenchSubject subject = new BenchSubject(
                    date,
                    VersionProvider.commit(),
                    session.backend().info(),
                    session.model(),
                    session.sparseLayers(),
                    firstMask,
                    accuracy(session, images),
                    command());
            measure(session.backend(), subject, images);
        }
        return ExitCode.DONE;
    }

    private void measureEverything(SamBackend backend, List<RgbImage> images) throws IOException {
        Rounds wanted = rounds(backend.info());
        EverythingBench bench = new EverythingBench(backend, everythingOptions.options(), images, wanted);
        EverythingBench.Result measured = bench.measure(inFlight);
        result.print(List.of(measured.line()), measured::write);
    }

    private void measure(SamBackend backend, BenchSubject subject, List<RgbImage> images) throws IOException {
        BackendInfo info = subject.info();
        Rounds wanted = rounds(info);
        Optional<ResultsCsv> results = results(info);
        StatusLine progress = StatusLine.on(spec.commandLine().getErr(), !model.quiet);
        BenchRun run = new BenchRun(backend, images, wanted, progress);
        result.text(BenchTable.head(subject, wanted));
        for (int batch : batches(info)) {
            BenchRow row = new BenchRow(subject, run.measure(batch));
            result.print(List.of(BenchTable.line(row)), row::write);
            if (results.isPresent()) {
                results.get().append(row);
            }
        }
        result.text(BenchTable.foot(subject, images));
        results.ifPresent(this::announce);
    }

    private void announce(ResultsCsv results) {
        if (!model.quiet) {
            spec.commandLine().getErr().println("rows added to " + results.file());
        }
    }

    private static @Nullable BenchAccuracy accuracy(ModelSession session, List<RgbImage> images) {
        Optional<SamBackend> reference = session.openReference();
        if (reference.isEmpty()) {
            return null;
        }
        try (SamBackend fp32 = reference.get()) {
            return BenchAccuracy.of(session.backend(), fp32, images);
        }
    }

    private List<RgbImage> images() throws IOException {
        if (files.isEmpty()) {
            return SyntheticImages.first(SYNTHETIC_IMAGES);
        }
        List<RgbImage> images = new ArrayList<>();
        for (Path file : files) {
            images.add(ImageReader.read(file, ImageReader.DEFAULT_PIXEL_LIMIT));
        }
        return images;
    }

    /** The smallest first, so that each row's device memory is that of its own batch. */
    private List<Integer> batches(BackendInfo info) {
        List<Integer> wanted = !batches.isEmpty() ? batches : info.hasDriver() ? GPU_BATCHES : CPU_BATCHES;
        return wanted.stream().sorted().distinct().toList();
    }

    private Rounds rounds(BackendInfo info) {
        Rounds usual = info.hasDriver() ? GPU_ROUNDS : CPU_ROUNDS;
        return new Rounds(
                Objects.requireNonNullElse(warmup, usual.warmup()),
                Objects.requireNonNullElse(rounds, usual.measured()));
    }

    private Optional<ResultsCsv> results(BackendInfo info) throws IOException {
        if (csv != null) {
            return Optional.of(ResultsCsv.at(csv));
        }
        return Files.isDirectory(CHECKOUT_RESULTS)
                ? Optional.of(ResultsCsv.at(CHECKOUT_RESULTS.resolve(info.deviceSlug() + ".csv")))
                : Optional.empty();
    }

    /** The words of the command line, those with blanks in quotes. */
    private String command() {
        return spec.root().commandLine().getParseResult().originalArgs().stream()
                .map(word -> word.matches("\\S+") ? word : '"' + word + '"')
                .collect(Collectors.joining(" ", "sam ", ""));
    }

    private void checkUsage() {
        for (int batch : batches) {
            require(batch >= 1 && batch <= LARGEST_BATCH, "--batch: expected 1 to " + LARGEST_BATCH, batch);
        }
        require(inFlight >= 1 && inFlight <= LARGEST_BATCH, "--in-flight: expected 1 to " + LARGEST_BATCH, inFlight);
        if (!everything && !everythingOptions.given().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.join(", ", everythingOptions.given()) + ": only with --everything; for example: sam bench"
                            + " --everything --points-per-side 16");
        }
        require(rounds == null || rounds >= 1, "--rounds: expected 1 or more", rounds);
        require(warmup == null || warmup >= 0, "--warmup: expected 0 or more", warmup);
    }

    private void require(boolean sane, String expected, @Nullable Integer got) {
        if (!sane) {
            throw new ParameterException(
                    spec.commandLine(),
                    expected + ", got " + got + "; for example: sam bench --batch 1,8 --rounds 20 --warmup 5");
        }
    }
}
