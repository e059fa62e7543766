package org.samfast.cli.fake;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendLostException;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.MemoryUse;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.StageObserver;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceRecorder;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * Answers a box with the box, points with a disc around the first (output k has radius 8 (k + 1) in the low-res frame,
 * output 2 is rated best) and a mask with the mask. In anything but fp32 its
 * embeddings are 1.25 instead of 1, and the discs have half the radius.
 */
public final class FakeBackend implements SamBackend {
    private static final int SIDE = LowResLogits.SIDE;
    private static final float[] QUALITY = {0.5f, 0.6f, 0.9f, 0.7f};

    private final @Nullable StageObserver observer;
    private final Precision precision;

    FakeBackend(@Nullable StageObserver observer, Precision precision) {
        this.observer = observer;
        this.precision = precision;
    }

    /** The width of an image that this backend is lost on. */
    public static final int LOST_ON_WIDTH = 13;

    private record Embedding(Size imageSize, float value) implements ImageEmbedding {
        @Override
        public float[] toHost() {
            float[] values = new float[256 * 64 * 64];
            Arrays.fill(values, value);
            return values;
        }

        @Override
        public void close() {}
    }

    @Override
    public String description() {
        return "fake: nothing, weights BF16, computed " + precision.label();
    }

    @Override
    public BackendInfo info() {
        return new BackendInfo("fake", "no device, at all", "none", "1.2", 1980, precision);
    }

    @Override
    public long deviceBytes() {
        return 3L << 20;
    }

    @Override
    public List<MemoryUse> memory() {
        return List.of(
                new MemoryUse(MemoryUse.Place.DEVICE, "weights", 2L << 20),
                new MemoryUse(MemoryUse.Place.PINNED, "copies", 1L << 20));
    }

    @Override
    public void traced(Runnable work, TraceDetail detail, TraceRecorder recorder) {
        long start = System.nanoTime();
        work.run();
        FakeTrace.await(start);
        FakeTrace.tell(detail, start, recorder);
    }

    /** One millisecond an image. */
    @Override
    public double[] encoderMillis(List<RgbImage> images, int runs) {
        double[] millis = new double[runs];
        Arrays.fill(millis, images.size());
        return millis;
    }

    @Override
    public List<ImageEmbedding> embed(List<RgbImage> images) {
        if (images.stream().anyMatch(image -> image.size().width() == LOST_ON_WIDTH)) {
            throw new BackendLostException("fake: lost", new IllegalStateException());
        }
        if (observer != null) {
            observer.stage("image_embedding", new long[] {1, 256, 64, 64}, new float[256 * 64 * 64]);
        }
        return images.stream()
                .<ImageEmbedding>map(image -> new Embedding(image.size(), precision == Precision.FP32 ? 1 : 1.25f))
                .toList();
    }

    @Override
    public ImageEmbedding fromHost(Size imageSize, float[] values) {
        return new Embedding(imageSize, values[0]);
    }

    @Override
    public List<MaskPrediction> predict(List<PromptedImage> prompts) {
        return prompts.stream()
                .map(image -> predict(image.embedding().imageSize(), image.prompts()))
                .toList();
    }

    private MaskPrediction predict(Size size, List<Prompt> prompts) {
        float[] values = new float[prompts.size() * LowResLogits.MASKS * SIDE * SIDE];
        float[] quality = new float[prompts.size() * LowResLogits.MASKS];
        LowResLogits logits = new LowResLogits(values, prompts.size());
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            for (int mask = 0; mask < LowResLogits.MASKS; mask++) {
                quality[prompt * LowResLogits.MASKS + mask] = QUALITY[mask];
                for (int i = 0; i < SIDE * SIDE; i++) {
                    values[logits.offset(prompt, mask) + i] = logit(size, prompts.get(prompt), mask, i);
                }
            }
        }
        return new MaskPrediction(size, logits, quality);
    }

    private float logit(Size size, Prompt prompt, int mask, int i) {
        ResizeLongestSide frame = ResizeLongestSide.of(size);
        double x = i % SIDE + 0.5;
        double y = Math.floorDiv(i, SIDE) + 0.5;
        ImageBox box = prompt.box();
        if (box != null) {
            boolean inside = x > frame.toEncoderX(box.x0()) / 4
                    && x < frame.toEncoderX(box.x1()) / 4
                    && y > frame.toEncoderY(box.y0()) / 4
                    && y < frame.toEncoderY(box.y1()) / 4;
            return inside ? 1 : -1;
        }
        if (prompt.points().isEmpty()) {
            return prompt.mask() == null ? -1 : prompt.mask().logits()[i];
        }
        ImagePoint point = prompt.points().getFirst();
        double distance = Math.hypot(x - frame.toEncoderX(point.x()) / 4, y - frame.toEncoderY(point.y()) / 4);
        double radius = precision == Precision.FP32 ? 8 : 4;
        return (float) (radius * (mask + 1) - distance);
    }

    @Override
    public void close() {}
}
