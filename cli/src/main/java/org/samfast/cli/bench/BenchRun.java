package org.samfast.cli.bench;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.samfast.Segmenter;
import org.samfast.backend.SamBackend;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.image.RgbImage;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** Measures a backend by its own clock on batches of images, which are taken in turn. */
public final class BenchRun {
    private final SamBackend backend;
    private final List<RgbImage> images;
    private final Rounds rounds;
    private final StatusLine progress;

    public BenchRun(SamBackend backend, List<RgbImage> images, Rounds rounds, StatusLine progress) {
        this.backend = backend;
        this.images = images;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** Wall seconds from before the backend is opened until it has finished its first mask: a click in the middle. */
    public static double firstMaskSeconds(Supplier<SamBackend> open, RgbImage image) {
        long start = System.nanoTime();
        ImagePoint middle =
                new ImagePoint(image.size().width() / 2.0, image.size().height() / 2.0, true);
        new Segmenter(open.get()).segment(image, List.of(Prompt.points(middle)));
        return (System.nanoTime() - start) / 1e9;
    }

    /** Speed and memory on batches of that many images. */
    public Measurement measure(int batch) {
        List<RgbImage> photos = IntStream.range(0, batch)
                .mapToObj(i -> images.get(i % images.size()))
                .toList();
        progress.show("batch " + batch + ", encoder, " + rounds.total() + " rounds");
        double encoder = rounds.median(backend.encoderMillis(photos, rounds.total()));
        double endToEnd = rounds.median(show("end to end", batch), () -> endToEndMillis(photos));
        progress.clear();
        return new Measurement(batch, encoder, endToEnd, backend.deviceBytes());
    }

    private double endToEndMillis(List<RgbImage> photos) {
        return backend.millis(() -> Workload.endToEnd(backend, photos));
    }

    private IntConsumer show(String what, int batch) {
        return round -> progress.show("batch " + batch + ", " + what + ", round " + round + "/" + rounds.total()
                + (round <= rounds.warmup() ? " (warm-up)" : ""));
    }
}
