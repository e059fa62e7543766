package org.samfast.cli.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.SegmentRequest;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.Prompt;

/** Whether a backend computes SAM on this machine: each of its stages beside that of another implementation. */
public final class Verification {
    /**
     * Runs of the whole pipeline on a GPU, which launches the first kernel by kernel, captures the second, and repeats that in the
     * third; a CPU does the same each time.
     */
    private static final int GPU_RUNS = 3;
    /** The name of the pipeline without an observer, which may run other code than with one. */
    private static final String PIPELINE = "pipeline";

    private static final List<String> ORDER = List.of(
            "pixels",
            "patch_embed",
            "block.",
            "image_embedding",
            "image_pe",
            "sparse_prompt",
            "dense_prompt",
            "low_res_logits",
            "iou");

    private final RgbImage photo;
    private final Prompt prompt = Sample.prompt();
    private final Map<String, float[]> expected;

    private Verification(RgbImage photo, Map<String, float[]> expected) {
        this.photo = photo;
        this.expected = expected;
    }

    /** Against values that are stored, for the model that comes with sam. */
    public static Verification ofBuiltIn() throws IOException {
        return new Verification(Sample.photo(), Sample.stored());
    }

    /** Against another backend in fp32, which runs now. */
    public static Verification against(BackendProvider other, Checkpoint weights, BackendOptions options)
            throws IOException {
        StageSamples samples = new StageSamples();
        RgbImage photo = Sample.photo();
        Verification verification = new Verification(photo, samples.samples());
        verification.watch(other, weights, watched(options, samples).computing(Precision.FP32));
        return verification;
    }

    private static BackendOptions watched(BackendOptions options, StageSamples samples) {
        return new BackendOptions(
                options.threads(), options.cacheDirectory(), options.precision(), samples, options.tuning());
    }

    /** Every stage in its order, and at last the pipeline as a whole. */
    public List<StageCheck> run(BackendProvider provider, Checkpoint weights, BackendOptions options) {
        StageSamples samples = new StageSamples();
        Precision computed = watch(provider, weights, watched(options, samples));
        List<StageCheck> checks = new ArrayList<>();
        for (String stage : stages()) {
            float[] actual = samples.samples().getOrDefault(stage, new float[0]);
            checks.add(check(stage, stage, actual, computed));
        }
        checks.add(pipeline(provider, weights, options, computed));
        return checks;
    }

    /** The stages of one prediction to the options' observer; what it was computed in. */
    private Precision watch(BackendProvider provider, Checkpoint weights, BackendOptions options) {
        try (SamBackend backend = provider.open(weights, options);
                ImageEmbedding embedding = backend.embed(List.of(photo)).getFirst()) {
            backend.predict(List.of(new PromptedImage(embedding, List.of(prompt))));
            return backend.info().precision();
        }
    }

    /** The worst of its runs. */
    private StageCheck pipeline(
            BackendProvider provider, Checkpoint weights, BackendOptions options, Precision computed) {
        List<StageCheck> runs = new ArrayList<>();
        try (SamBackend backend = provider.open(weights, options)) {
            SegmentRequest request = new SegmentRequest(photo, List.of(prompt), MaskChoice.SINGLE);
            int times = backend.info().hasDriver() ? GPU_RUNS : 1;
            for (int i = 0; i < times; i++) {
                float[] logits = backend.segment(List.of(request))
                        .getFirst()
                        .prediction()
                        .logits()
                        .values();
                runs.add(check(PIPELINE, "low_res_logits", StageSamples.of(logits), computed));
            }
        }
        return runs.stream()
                .max(Comparator.comparingDouble(StageCheck::error)) // NaN is the largest
                .orElseThrow();
    }

    private StageCheck check(String name, String stage, float[] actual, Precision computed) {
        return StageCheck.of(name, Objects.requireNonNull(expected.get(stage), stage), actual, most(stage, computed));
    }

    private List<String> stages() {
        return expected.keySet().stream()
                .sorted(Comparator.comparingInt(Verification::order).thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private static int order(String stage) {
        for (int i = 0; i < ORDER.size(); i++) {
            if (stage.startsWith(ORDER.get(i))) {
                return i;
            }
        }
        return ORDER.size();
    }

    /** Rounding adds up from stage to stage; the 8 bits of bf16 are 2e-3 each time, and come to 1e-2 in the last block. */
    private static double most(String stage, Precision computed) {
        boolean ofDecoder = stage.equals("low_res_logits") || stage.equals("iou");
        return switch (computed) {
            case FP32 -> ofDecoder ? 1e-3 : 2e-4;
            case BF16 -> ofDecoder ? 6e-2 : 1.5e-2;
            case FP16 -> ofDecoder ? 2e-2 : 1e-2;
            case INT8, BF16_SPARSE24, INT8_SPARSE24 ->
                throw new BackendException(
                        "packed weights are no longer the checkpoint's own, so there is nothing to compare"
                                + " them with: verify --precision bf16, and see docs/accuracy.md for what packing costs");
        };
    }

    /** The first that is wrong: what comes after it can be no better. */
    public static Optional<StageCheck> firstWrong(List<StageCheck> checks) {
        return checks.stream().filter(check -> !check.isRight()).findFirst();
    }
}
