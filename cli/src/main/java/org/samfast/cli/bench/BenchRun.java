package org.samfast.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.samfast.Segmenter;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.image.RgbImage;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** Measures a backend by its own clock on batches of one size, pass by pass. */
public final class BenchRun {
    /** Of each image. */
    public static final int PROMPTS = Workload.PROMPTS;

    private final SamBackend backend;
    private final Workload workload;
    private final int batch;
    private final BenchImages images;
    private final Rounds rounds;
    private final PowerMeter power;
    private final StatusLine progress;
    private final Series encoder;
    private final Series decoder;
    private final Series endToEnd;
    private final Series files;
    private final List<RgbImage> photos;

    private int pass;
    private long deviceBytes;
    private long hostBytes;
    private @Nullable Double watts;

    /** @param decoderPerImage see {@link Workload} */
    public BenchRun(
            SamBackend backend,
            boolean decoderPerImage,
            int batch,
            BenchImages images,
            Rounds rounds,
            PowerMeter power,
            StatusLine progress) {
        this.backend = backend;
        workload = new Workload(backend, decoderPerImage);
        this.batch = batch;
        this.images = images;
        this.rounds = rounds;
        this.power = power;
        this.progress = progress;
        encoder = new Series(batch);
        decoder = new Series(batch);
        endToEnd = new Series(batch);
        files = new Series(batch);
        photos = images.batch(batch);
    }

    /** Opens the backend, and lets it make a first mask: a click in the middle. */
    public static BenchSubject.Start start(Supplier<SamBackend> open, RgbImage image) {
        long start = System.nanoTime();
        SamBackend backend = open.get();
        double load = (System.nanoTime() - start) / 1e9;
        ImagePoint middle =
                new ImagePoint(image.size().width() / 2.0, image.size().height() / 2.0, true);
        new Segmenter(backend).segment(image, List.of(Prompt.points(middle)));
        return new BenchSubject.Start(load, (System.nanoTime() - start) / 1e9);
    }

    /** The next pass. */
    public void pass() {
        measureEncoder();
        measureDecoder();
        endToEnd.add(
                times("end to end", rounds, () -> backend.millis(() -> workload.endToEnd(photos))),
                rounds.warmup(pass));
        Rounds few = rounds.withFiles();
        files.add(times("with files", few, this::filesMillis), few.warmup(pass));
        if (pass == 0) {
            deviceBytes = backend.deviceBytes(); // later passes may come after larger batches
            hostBytes = HostMemory.peakBytes();
        }
        pass++;
        progress.clear();
    }

    private void measureEncoder() {
        show("encoder", "");
        PowerMeter.Metered<double[]> metered = power.during(this::encoderTimes);
        encoder.add(metered.result(), rounds.warmup(pass));
        watts = metered.watts() == null ? watts : metered.watts();
    }

    /** A GPU gets all rounds at once, so that it never waits for the host. */
    private double[] encoderTimes() {
        return backend.info().hasDriver()
                ? backend.encoderMillis(photos, rounds.total(pass))
                : times("encoder", rounds, () -> backend.encoderMillis(photos, 1)[0]);
    }

    private void measureDecoder() {
        List<ImageEmbedding> embeddings = backend.embed(photos);
        try {
            DoubleSupplier decode = () -> backend.millis(() -> workload.decode(embeddings));
            decoder.add(times("decoder", rounds, decode), rounds.warmup(pass));
        } finally {
            embeddings.forEach(ImageEmbedding::close);
        }
    }

    /** Files are the host's affair: its clock. */
    private double filesMillis() {
        long start = System.nanoTime();
        workload.withFiles(images.files(batch), images.folder());
        return (System.nanoTime() - start) / 1e6;
    }

    private double[] times(String what, Rounds of, DoubleSupplier run) {
        long start = System.nanoTime();
        double[] times = new double[of.total(pass)];
        int done = 0;
        while (!of.ends(pass, done, (System.nanoTime() - start) / 1e9)) {
            show(what, ", round " + (done + 1) + "/" + times.length + (done < of.warmup(pass) ? " (warm-up)" : ""));
            times[done++] = run.getAsDouble();
        }
        return Arrays.copyOf(times, done);
    }

    private void show(String what, String round) {
        progress.show(backend.info().backend() + ", batch " + batch + ", pass " + (pass + 1) + "/" + rounds.passes()
                + ", " + what + round);
    }

    public Measurement measurement() {
        return new Measurement(batch, encoder, decoder, endToEnd, files, deviceBytes, hostBytes, watts);
    }
}
