package org.samfast.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendLostException;
import org.samfast.backend.ImageEmbedding;
import org.samfast.cli.input.ImageInputs;
import org.samfast.cli.input.InputImage;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.MaskTree;
import org.samfast.cli.output.ResultJson;
import org.samfast.cli.pipeline.Limits;
import org.samfast.cli.pipeline.Pipeline;
import org.samfast.cli.pipeline.Work;
import org.samfast.cli.resume.ImageKey;
import org.samfast.cli.resume.Journal;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.cli.terminal.StepTimes;
import org.samfast.embedding.StoredEmbedding;
import org.samfast.everything.AutomaticMaskGenerator;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.everything.AutomaticMasks;

/** What everything mode does with each image: read, ask on all points, write, say so. */
final class EverythingRun implements Work<EverythingRun.Input, EverythingRun.Read, EverythingRun.Found> {
    /** Images at a time on a device that is given several: one's search runs beside what the host does for another. */
    private static final int IN_FLIGHT = 4;

    private final ModelSession session;
    private final Setting setting;
    private final StoredEmbeddings stored;
    private final Journal journal;
    private final StatusLine points;
    private final AtomicBoolean firstRead = new AtomicBoolean(true);
    private @Nullable AutomaticMaskGenerator generator;

    private EverythingRun(
            ModelSession session, Setting setting, StoredEmbeddings stored, Journal journal, boolean showsPoints) {
        this.session = session;
        this.setting = setting;
        this.stored = stored;
        this.journal = journal;
        points = StatusLine.on(setting.stderr, showsPoints);
    }

    /**
     * How a run is done.
     *
     * @param embeddings folder of those that were stored; null for none
     * @param json whether stdout gets JSON
     * @param quiet whether stderr gets no progress
     * @param verbose whether it gets the times of the steps
     */
    record Setting(
            AutomaticMaskOptions options,
            MaskTree tree,
            long maxPixels,
            @Nullable Path embeddings,
            boolean json,
            PrintWriter stderr,
            boolean quiet,
            boolean verbose) {
        /** Those images as inputs of a run whose journal asks for keys, or of one without. */
        List<Input> inputs(List<InputImage> images, boolean keys) {
            return images.stream()
                    .map(image ->
                            new Input(image, keys ? ImageKey.of(image.file(), tree.target(image), "everything") : ""))
                    .toList();
        }
    }

    /**
     * An image.
     *
     * @param key it and where its results go, for the journal; empty where none is kept
     */
    record Input(InputImage image, String key) {}

    /** An image that is decoded, and perhaps was encoded before. */
    record Read(Input input, StoredEmbeddings.Image stored, StepTimes times) {}

    /** An image with its masks. */
    record Found(Read read, AutomaticMasks masks) {}

    /** Does all inputs that are left; the exit code of the command. */
    static int run(
            ModelSession session,
            Setting setting,
            List<Input> inputs,
            List<ImageInputs.Problem> problems,
            Journal journal,
            ResumableRun resumable)
            throws IOException {
        resumable.tell(problems);
        boolean showsPoints = inputs.size() + problems.size() == 1 && !setting.quiet;
        List<Input> left =
                resumable.left(inputs, input -> input.image.file().toString(), input -> journal.isDone(input.key));
        StoredEmbeddings stored = StoredEmbeddings.in(left.isEmpty() ? null : setting.embeddings, session);
        EverythingRun run = new EverythingRun(session, setting, stored, journal, showsPoints);
        int points = setting.options.pointGrids().getFirst().points().size();
        int wanted = Math.clamp(left.size(), 1, Math.min(IN_FLIGHT, session.batch()));
        int atOnce = session.everythingAtOnce(wanted, points, setting.verbose ? setting.stderr : null);
        return new Pipeline<>(run, Limits.ofMachine(atOnce, 1), resumable.report()).run(left);
    }

    @Override
    public String name(Input input) {
        return input.image.file().toString();
    }

    @Override
    public Read read(Input input) throws IOException {
        StepTimes times = firstRead.getAndSet(false)
                ? new StepTimes(setting.stderr, setting.verbose)
                : StepTimes.fromNow(setting.stderr, setting.verbose);
        times.done("start");
        StoredEmbeddings.Image image = stored.read(input.image.file(), setting.maxPixels);
        times.done("read");
        return new Read(input, image, times);
    }

    /** The image, its embedding where it is stored, and run lengths of its masks, which are short. */
    @Override
    public long bytes(Read read) {
        return 4 * read.stored.pixels().size().area() + read.stored.embeddingBytes();
    }

    @Override
    public void open() throws IOException {
        generator = new AutomaticMaskGenerator(session.backend(), setting.options);
    }

    @Override
    public List<Found> compute(List<Read> batch) throws IOException {
        batch.forEach(read -> read.times.done("wait"));
        if (batch.size() == 1) {
            return List.of(find(batch.getFirst()));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(batch.size())) {
            List<Future<Found>> begun =
                    batch.stream().map(read -> threads.submit(() -> find(read))).toList();
            return ended(begun);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while masks are found");
        }
    }

    /** What all found; of their failures the one that lost the backend comes before those that only heard of it. */
    private static List<Found> ended(List<Future<Found>> images) throws InterruptedException {
        List<Found> found = new ArrayList<>();
        Throwable failed = null;
        for (Future<Found> image : images) {
            try {
                found.add(image.get());
            } catch (ExecutionException e) {
                failed = failed == null || isCulprit(e.getCause()) ? e.getCause() : failed;
            }
        }
        if (failed != null) {
            throw unchecked(failed);
        }
        return found;
    }

    private static boolean isCulprit(@Nullable Throwable error) {
        return error instanceof BackendLostException lost && lost.by() == BackendLostException.Call.THIS;
    }

    private static RuntimeException unchecked(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }

    private Found find(Read read) {
        AutomaticMasks masks = generate(read);
        read.times.done("generate");
        return new Found(read, masks);
    }

    private AutomaticMasks generate(Read read) {
        StoredEmbedding before = read.stored.embedding();
        try (ImageEmbedding whole = before == null ? null : before.on(session.backend())) {
            return Objects.requireNonNull(generator, "computing begins with open")
                    .generate(
                            read.stored.pixels(),
                            whole,
                            (decoded, all) ->
                                    points.show(name(read.input) + ": " + decoded + " of " + all + " points"));
        } finally {
            points.clear();
        }
    }

    @Override
    public InOrder write(Found found) throws IOException {
        Read read = found.read;
        read.times.done("wait");
        Path written = setting.tree.write(read.input.image, found.masks);
        read.times.done("write");
        List<String> lines =
                List.of(line(read.input, written, found.masks.masks().size()));
        return () -> {
            journal.add(read.input.key, read.input.image.file(), setting.tree.files(read.input.image));
            read.times.print();
            return lines;
        };
    }

    private String line(Input input, Path written, int masks) throws IOException {
        return setting.json
                ? JsonText.line(line -> write(line, input.image.file(), written, masks))
                : written + "  " + masks + (masks == 1 ? " mask" : " masks");
    }

    private static void write(JsonGenerator json, Path image, Path written, int masks) throws IOException {
        json.writeStartObject();
        json.writeStringField("image", image.toString());
        json.writeNumberField("masks", masks);
        json.writeStringField("written", written.toString());
        json.writeEndObject();
    }

    @Override
    public String goesOn() {
        return journal.isKept() ? "the same command with --resume goes on" : "";
    }

    @Override
    public List<String> failed(Input input, String error) throws IOException {
        return setting.json
                ? List.of(JsonText.line(line -> ResultJson.writeError(line, input.image.file(), error)))
                : List.of();
    }
}
