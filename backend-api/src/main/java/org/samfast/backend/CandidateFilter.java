package org.samfast.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.RunLength;
import org.samfast.mask.StableMask;
import org.samfast.prompt.Prompt;

/**
 * Everything mode on one crop in plain Java: a batch of points after the other is decoded, and a mask leaves 256x256 only
 * when the model's own estimate lets it pass. Filters in the order of segment-anything
 * automatic_mask_generator.py, _process_batch @dca509f.
 */
final class CandidateFilter {
    /** Outputs per point: the multimask ones, after the single-mask output. */
    private static final int OUTPUTS = LowResLogits.MASKS - 1;

    private final CandidateRequest request;
    private final AtomicIntegerArray stable;

    private CandidateFilter(CandidateRequest request) {
        this.request = request;
        this.stable = new AtomicIntegerArray(request.points().size());
    }

    /** Decodes all points of the request; {@code decoded} hears how many came with each batch. */
    static CandidateMasks run(SamBackend backend, CandidateRequest request, IntConsumer decoded) {
        CandidateFilter filter = new CandidateFilter(request);
        List<MaskCandidate> masks = new ArrayList<>();
        int points = request.points().size();
        for (int begin = 0; begin < points; begin += request.pointsPerBatch()) {
            int end = Math.min(points, begin + request.pointsPerBatch());
            masks.addAll(filter.passing(backend, begin, end));
            decoded.accept(end - begin);
        }
        return new CandidateMasks(
                masks, IntStream.range(0, points).map(filter.stable::get).toArray());
    }

    private List<MaskCandidate> passing(SamBackend backend, int begin, int end) {
        List<Prompt> prompts = request.points().subList(begin, end).stream()
                .map(Prompt::points)
                .toList();
        MaskPrediction prediction = backend.predict(List.of(new PromptedImage(request.embedding(), prompts)))
                .getFirst();
        return IntStream.range(0, (end - begin) * OUTPUTS)
                .filter(mask -> request.thresholds().acceptsPredictedIou(quality(prediction, mask)))
                .parallel()
                .mapToObj(mask -> candidate(prediction, mask, begin + mask / OUTPUTS))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    private static float quality(MaskPrediction prediction, int mask) {
        return prediction.quality(mask / OUTPUTS, 1 + mask % OUTPUTS);
    }

    /** Null where the mask is not stable or ends with the crop. */
    private @Nullable MaskCandidate candidate(MaskPrediction prediction, int mask, int point) {
        StableMask found = MaskUpscale.stable(
                prediction,
                mask / OUTPUTS,
                1 + mask % OUTPUTS,
                request.thresholds().stabilityScoreOffset());
        if (!request.thresholds().acceptsStability(found.stability())) {
            return null;
        }
        stable.incrementAndGet(point);
        MaskEdges edges = MaskEdges.of(found.mask()).uncropped(request.crop());
        if (CropEdges.cut(edges, request.crop(), request.image())) {
            return null;
        }
        RunLength runs = RunLength.of(found.mask()).uncropped(request.crop(), request.image());
        return new MaskCandidate(point, quality(prediction, mask), found.stability(), edges, runs);
    }
}
