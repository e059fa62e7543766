package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.image.CropBox;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.MaskChoice;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;
import org.samfast.mask.StableMask;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * What every backend owes, with the built-in model on a photo; each backend's own test subclasses it. The expected
 * values are the oracle's, of testdata/golden/segment.
 */
public abstract class BackendContractTest extends EmbeddingContractTest {
    private static final List<GoldenPrompt> GOLDEN = List.of(GoldenPrompt.values());
    private static final int VALUES_PER_PROMPT = LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE;

    @Test
    void itIsUsableHereAndSaysWhatItRunsOn() {
        assertThat(provider().unusableBecause()).isEmpty();
        assertThat(backend.description())
                .startsWith(provider().name() + ": ")
                .contains("vit_t", precision().label());
    }

    @Test
    void itsInfoNamesWhatComputes() {
        BackendInfo info = backend.info();
        assertThat(info.backend()).startsWith(provider().name());
        assertThat(info.precision()).isEqualTo(precision());
        assertThat(info.device()).isNotBlank();
        assertThat(info.driver()).isNotBlank();
        assertThat(info.smClockMhz()).isNotNegative();
        assertThat(backend.deviceBytes()).isNotNegative();
    }

    @Test
    void itsClockRunsTheWorkOnceAndCountsMilliseconds() {
        int[] runs = {0};
        long start = System.nanoTime();
        double millis = backend.millis(() -> {
            runs[0]++;
            predict(embedding, GoldenPrompt.POINT.prompt());
        });
        double wall = (System.nanoTime() - start) / 1e6;
        assertThat(runs[0]).isEqualTo(1);
        assertThat(millis).isPositive().isLessThan(wall * 1.01);
    }

    @Test
    void itTimesItsEncoderRunByRun() {
        long start = System.nanoTime();
        double[] millis = backend.encoderMillis(List.of(photo, photo), 3);
        double wall = (System.nanoTime() - start) / 1e6;
        assertThat(millis).hasSize(3);
        assertThat(Arrays.stream(millis)).allMatch(each -> each > 0);
        assertThat(Arrays.stream(millis).sum()).isLessThan(wall * 1.01);
    }

    @ParameterizedTest
    @EnumSource
    void theDecoderAnswersEveryKindOfPromptAsTheOracle(GoldenPrompt golden) {
        MaskPrediction prediction = predict(embedding, golden.prompt());
        float[] logits = everySecondPixel(prediction.logits().values());
        assertThat(relativeError(golden.expected("low_res_logits"), logits)).isLessThan(logitsTolerance());
        assertThat(relativeError(golden.expected("iou"), prediction.quality())).isLessThan(logitsTolerance());
    }

    @Test
    void manyPromptsOfAllKindsAtOnceAreAnsweredAsOneByOne() {
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            prompts.add(Prompt.points(new ImagePoint(30 + 25 * i, 40 + 29 * i, true)));
            prompts.add(GOLDEN.get(i % GOLDEN.size()).prompt());
        }
        MaskPrediction together = predict(embedding, prompts.toArray(Prompt[]::new));
        assertThat(together.logits().prompts()).isEqualTo(prompts.size());
        for (int i = 0; i < prompts.size(); i++) {
            MaskPrediction alone = predict(embedding, prompts.get(i));
            assertThat(relativeError(alone.logits().values(), slice(together, i)))
                    .isLessThan(logitsTolerance());
            assertThat(together.quality(i, 2)).isCloseTo(alone.quality(0, 2), within(1e-3f));
        }
    }

    @Test
    void severalImagesOfDifferentSizesKeepTheirOrderAndSizes() {
        RgbImage small = corner(photo, new Size(97, 61));
        List<ImageEmbedding> both = backend.embed(List.of(small, photo));
        try {
            Prompt prompt = GoldenPrompt.POINT.prompt();
            Prompt inside = Prompt.points(new ImagePoint(40, 30, true));
            List<MaskPrediction> predictions = backend.predict(List.of(
                    new PromptedImage(both.get(0), List.of(inside, inside)),
                    new PromptedImage(both.get(1), List.of(prompt))));
            assertThat(predictions.get(0).imageSize()).isEqualTo(small.size());
            assertThat(predictions.get(0).logits().prompts()).isEqualTo(2);
            assertThat(predictions.get(1).imageSize()).isEqualTo(photo.size());
            float[] expected = predict(embedding, prompt).logits().values();
            assertThat(relativeError(expected, predictions.get(1).logits().values()))
                    .isLessThan(logitsTolerance());
        } finally {
            both.forEach(ImageEmbedding::close);
        }
    }

    @Test
    void aBatchOfImagesIsSegmentedAsItsPartsOneByOne() {
        RgbImage small = corner(photo, new Size(97, 61));
        List<Prompt> all = GOLDEN.stream().map(GoldenPrompt::prompt).toList();
        Prompt inside = Prompt.points(new ImagePoint(40, 30, true));
        List<Segmentation> together = backend.segment(List.of(
                new SegmentRequest(small, List.of(inside), MaskChoice.MULTIMASK),
                new SegmentRequest(photo, all, MaskChoice.AUTOMATIC)));
        assertThat(together).hasSize(2);
        assertThat(together.get(0).masks()).extracting(ScoredMask::output).containsExactly(1, 2, 3);
        assertThat(together.get(0).prediction().imageSize()).isEqualTo(small.size());
        MaskPrediction expected = predict(embedding, all.toArray(Prompt[]::new));
        Segmentation whole = together.get(1);
        assertThat(relativeError(
                        expected.logits().values(), whole.prediction().logits().values()))
                .isLessThan(logitsTolerance());
        List<ScoredMask> masks =
                MaskUpscale.finish(whole.prediction(), MaskRequest.of(MaskChoice.AUTOMATIC, all, whole.prediction()));
        assertThat(whole.masks()).hasSameSizeAs(masks);
        for (int i = 0; i < masks.size(); i++) {
            assertThat(whole.masks().get(i).output()).isEqualTo(masks.get(i).output());
            assertThat(whole.masks().get(i).quality()).isEqualTo(masks.get(i).quality());
            assertThat(whole.masks().get(i).mask().pixels())
                    .isEqualTo(masks.get(i).mask().pixels());
        }
    }

    @Test
    void finishedMasksAreThoseOfPlainJava() {
        for (Size size : List.of(photo.size(), new Size(97, 61), new Size(1, 1), new Size(40, 533))) {
            MaskPrediction prediction = new MaskPrediction(
                    size, predict(embedding, GoldenPrompt.POINT.prompt()).logits(), new float[4]);
            MaskRequest request = new MaskRequest(List.of(List.of(0, 1, 2, 3)));
            List<ScoredMask> expected = MaskUpscale.finish(prediction, request);
            List<ScoredMask> masks = backend.finish(prediction, request);
            assertThat(masks).hasSameSizeAs(expected);
            for (int i = 0; i < masks.size(); i++) {
                assertThat(masks.get(i).output()).isEqualTo(expected.get(i).output());
                assertThat(masks.get(i).mask().pixels())
                        .isEqualTo(expected.get(i).mask().pixels());
            }
        }
    }

    @Test
    void candidatesAreThePredictedMasksThatPassTheThresholds() {
        List<ImagePoint> points = List.of(
                new ImagePoint(750, 500.625, true), new ImagePoint(400, 270, true), new ImagePoint(350, 100.125, true));
        var thresholds = new CandidateRequest.Thresholds(0.4f, 0.7f, 1);
        List<Integer> decoded = new ArrayList<>();
        CandidateMasks found = backend.candidates(
                        List.of(new CandidateRequest(
                                embedding, points, 2, CropBox.whole(photo.size()), photo.size(), thresholds)),
                        decoded::add)
                .getFirst();
        assertThat(decoded.stream().mapToInt(Integer::intValue).sum()).isEqualTo(points.size());
        List<MaskCandidate> left = new ArrayList<>(found.masks());
        int[] stable = new int[points.size()];
        for (int point = 0; point < points.size(); point++) {
            MaskPrediction alone = predict(embedding, Prompt.points(points.get(point)));
            for (int output = 1; output <= 3; output++) {
                StableMask mask = MaskUpscale.stable(alone, 0, output, thresholds.stabilityScoreOffset());
                if (thresholds.acceptsPredictedIou(alone.quality(0, output))
                        && thresholds.acceptsStability(mask.stability())) {
                    MaskCandidate candidate = left.removeFirst();
                    assertThat(candidate.point()).isEqualTo(point);
                    assertThat(candidate.predictedIou()).isCloseTo(alone.quality(0, output), within(1e-3f));
                    assertThat(candidate.stability()).isCloseTo(mask.stability(), within(1e-3f));
                    assertThat(candidate.runs().mask().iou(mask.mask())).isGreaterThan(0.999);
                    assertThat(candidate.edges())
                            .isEqualTo(MaskEdges.of(candidate.runs().mask()));
                    stable[point]++;
                }
            }
        }
        assertThat(left).isEmpty();
        assertThat(found.stable()).isEqualTo(stable);
        assertThat(found.masks()).isNotEmpty();
    }

    @Test
    void eightThreadsGetTheSerialResults() throws Exception {
        float[] expectedEmbedding = embedding.toHost();
        Map<GoldenPrompt, float[]> expected = new EnumMap<>(GoldenPrompt.class);
        for (GoldenPrompt golden : GOLDEN) {
            expected.put(golden, predict(embedding, golden.prompt()).logits().values());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Double>> errors = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                errors.add(threads.submit(() -> {
                    try (ImageEmbedding own = backend.embed(List.of(photo)).getFirst()) {
                        return relativeError(expectedEmbedding, own.toHost());
                    }
                }));
            }
            for (int i = 0; i < 12; i++) {
                GoldenPrompt golden = GOLDEN.get(i % GOLDEN.size());
                errors.add(threads.submit(() -> relativeError(
                        Objects.requireNonNull(expected.get(golden)),
                        predict(embedding, golden.prompt()).logits().values())));
            }
            for (Future<Double> error : errors) {
                assertThat(error.get()).isLessThan(1e-5);
            }
        }
    }

    @Test
    void anObserverSeesEveryStageAndChangesNothing() {
        TreeSet<String> stages = new TreeSet<>();
        StageObserver observer = (name, shape, values) -> {
            long elements = 1;
            for (long side : shape) {
                elements *= side;
            }
            assertThat(values).as(name).hasSize(Math.toIntExact(elements));
            stages.add(name);
        };
        try (SamBackend watched = provider().open(checkpoint, new BackendOptions(0, cache, precision(), observer));
                ImageEmbedding own = watched.embed(List.of(photo)).getFirst()) {
            MaskPrediction seen = watched.predict(List.of(new PromptedImage(own, List.of(GoldenPrompt.POINT.prompt()))))
                    .getFirst();
            float[] expected =
                    predict(embedding, GoldenPrompt.POINT.prompt()).logits().values();
            assertThat(relativeError(expected, seen.logits().values())).isLessThan(logitsTolerance());
        }
        assertThat(stages)
                .contains("pixels", "patch_embed", "block.00", "block.11", "image_embedding", "image_pe")
                .contains("sparse_prompt", "dense_prompt", "low_res_logits", "iou");
    }

    private static float[] slice(MaskPrediction prediction, int prompt) {
        float[] values = new float[VALUES_PER_PROMPT];
        System.arraycopy(prediction.logits().values(), prediction.logits().offset(prompt, 0), values, 0, values.length);
        return values;
    }

    private static float[] everySecondPixel(float[] logits) {
        int half = LowResLogits.SIDE / 2;
        float[] thin = new float[LowResLogits.MASKS * half * half];
        for (int i = 0; i < thin.length; i++) {
            int row = i / half;
            thin[i] = logits[(2 * row * half + i % half) * 2];
        }
        return thin;
    }

    private static RgbImage corner(RgbImage image, Size size) {
        byte[] rgb = new byte[Math.toIntExact(size.area() * 3)];
        for (int y = 0; y < size.height(); y++) {
            System.arraycopy(image.rgb(), y * image.size().width() * 3, rgb, y * size.width() * 3, size.width() * 3);
        }
        return new RgbImage(size, rgb);
    }

    private static Offset<Float> within(float tolerance) {
        return Offset.offset(tolerance);
    }
}
