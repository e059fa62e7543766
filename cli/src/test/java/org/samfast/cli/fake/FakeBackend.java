package org.samfast.cli.fake;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
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
            throw new BackendLostException("fake: lost", new IllegalStateException(), BackendLostException.Call.THIS);
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
            double[] inside = inside(ResizeLongestSide.of(size), prompts.get(prompt));
            double growth = growth(prompts.get(prompt));
            for (int mask = 0; mask < LowResLogits.MASKS; mask++) {
                quality[prompt * LowResLogits.MASKS + mask] = QUALITY[mask];
                int offset = logits.offset(prompt, mask);
                for (int i = 0; i < inside.length; i++) {
                    values[offset + i] = (float) (growth * (mask + 1) + inside[i]);
                }
            }
        }
        return new MaskPrediction(size, logits, quality);
    }

    /** What each output's logits are above those of the one before it. */
    private double growth(Prompt prompt) {
        boolean isDisc = prompt.box() == null && !prompt.points().isEmpty();
        return !isDisc ? 0 : precision == Precision.FP32 ? 8 : 4;
    }

    /** Logits without that growth. */
    private static double[] inside(ResizeLongestSide frame, Prompt prompt) {
        ImageBox box = prompt.box();
        if (box != null) {
            return ofBox(frame, box);
        }
        if (!prompt.points().isEmpty()) {
            return ofPoint(frame, prompt.points().getFirst());
        }
        return ofMask(Objects.requireNonNull(prompt.mask()).logits());
    }

    private static double[] ofBox(ResizeLongestSide frame, ImageBox box) {
        return all(i -> x(i) > frame.toEncoderX(box.x0()) / 4
                        && x(i) < frame.toEncoderX(box.x1()) / 4
                        && y(i) > frame.toEncoderY(box.y0()) / 4
                        && y(i) < frame.toEncoderY(box.y1()) / 4
                ? 1
                : -1);
    }

    /** How far each pixel is from it, below zero. */
    private static double[] ofPoint(ResizeLongestSide frame, ImagePoint point) {
        double centreX = frame.toEncoderX(point.x()) / 4;
        double centreY = frame.toEncoderY(point.y()) / 4;
        return all(i -> -Math.sqrt(square(x(i) - centreX) + square(y(i) - centreY)));
    }

    private static double[] ofMask(float[] logits) {
        return all(i -> logits[i]);
    }

    private static double[] all(IntToDoubleFunction pixel) {
        double[] values = new double[SIDE * SIDE];
        Arrays.setAll(values, pixel);
        return values;
    }

    private static double x(int pixel) {
        return pixel % SIDE + 0.5;
    }

    private static double y(int pixel) {
        return Math.floorDiv(pixel, SIDE) + 0.5;
    }

    private static double square(double value) {
        return value * value;
    }

    @Override
    public void close() {}
}
