package org.samfast.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.backend.TraceDetail;
import org.samfast.cli.trace.TraceFile;
import org.samfast.image.RgbImage;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.ScoredMask;

/** One batch from image files to mask files, stage by stage: as ever, and once with every kernel by itself. */
public final class TraceBench {
    /** Until the host launches kernels faster than the GPU does them. */
    private static final int ALONE_WARMUP = 3;

    private final SamBackend backend;
    private final BenchImages images;
    private final int batch;
    private final Rounds rounds;

    public TraceBench(SamBackend backend, BenchImages images, int batch, Rounds rounds) {
        this.backend = backend;
        this.images = images;
        this.batch = batch;
        this.rounds = rounds;
    }

    /** Fills the file with the last run. */
    public TraceTable measure(TraceFile file) throws IOException {
        for (int i = 0; i < rounds.warmup(); i++) {
            run(unwritten(), TraceDetail.SEQUENCES);
        }
        List<TraceRun> asEver = new ArrayList<>();
        for (int i = 0; i < rounds.measured(); i++) {
            TraceFile one = unwritten();
            run(one, TraceDetail.SEQUENCES);
            asEver.add(TraceRun.of(one.spans()));
        }
        for (int i = 0; i < ALONE_WARMUP; i++) {
            run(unwritten(), TraceDetail.KERNELS);
        }
        run(file, TraceDetail.KERNELS);
        return new TraceTable(batch, asEver, file.spans());
    }

    private static TraceFile unwritten() {
        return new TraceFile();
    }

    private void run(TraceFile into, TraceDetail detail) throws IOException {
        List<RgbImage> photos = into.stage(
                "read",
                () -> images.files(batch).parallelStream().map(Workload::read).toList());
        List<ImageEmbedding> embeddings = stage("embed", into, detail, () -> backend.embed(photos));
        try {
            List<MaskPrediction> predictions =
                    stage("predict", into, detail, () -> backend.predict(Workload.prompted(embeddings)));
            List<BinaryMask> masks = stage("finish", into, detail, () -> finished(predictions));
            into.stage("write", () -> written(masks));
        } finally {
            embeddings.forEach(ImageEmbedding::close);
        }
    }

    private List<BinaryMask> finished(List<MaskPrediction> predictions) {
        return predictions.stream()
                .flatMap(prediction -> backend.finish(prediction, Workload.THREE_MASKS_EACH).stream())
                .map(ScoredMask::mask)
                .toList();
    }

    private int written(List<BinaryMask> masks) {
        IntStream.range(0, masks.size())
                .parallel()
                .forEach(i -> Workload.write(images.folder().resolve("mask" + i + ".png"), masks.get(i)));
        return masks.size();
    }

    private <T> T stage(String name, TraceFile into, TraceDetail detail, Supplier<T> call) throws IOException {
        return into.stage(name, () -> {
            List<T> result = new ArrayList<>(1);
            backend.traced(() -> result.add(call.get()), detail, into);
            return result.getFirst();
        });
    }
}
