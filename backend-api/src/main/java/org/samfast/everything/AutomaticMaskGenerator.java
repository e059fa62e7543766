package org.samfast.everything;

import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.image.CropBox;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskCandidate;
import org.samfast.mask.MaskEdges;
import org.samfast.prompt.ImagePoint;

/**
 * Everything mode: asks on a grid of points, in the image and in crops of it, and keeps the good masks once each. Source:
 * segment-anything automatic_mask_generator.py @dca509f, whose filters it applies in the same order. Works on any backend;
 * safe for use by many threads.
 */
public final class AutomaticMaskGenerator {
    private final SamBackend backend;
    private final AutomaticMaskOptions options;
    private final CandidateRequest.Thresholds thresholds;

    /**
     * A generator that uses the backend and does not close it.
     *
     * @param backend computes; stays open
     * @param options how to ask and what to keep
     */
    public AutomaticMaskGenerator(SamBackend backend, AutomaticMaskOptions options) {
        this.backend = backend;
        this.options = options;
        this.thresholds = new CandidateRequest.Thresholds(
                (float) options.predIouThresh(), (float) options.stabilityScoreThresh(), (float)
                        options.stabilityScoreOffset());
    }

    /** Hears how far it is: points decoded so far, and all there are. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called after each batch of points, on the thread that generates.
         *
         * @param decoded how many points are done
         * @param all how many there are, in all crops
         */
        void points(int decoded, int all);
    }

    /**
     * {@return the masks of an image, best first; with crops, those of small crops first}
     *
     * @param image upright, of any size
     */
    public AutomaticMasks generate(RgbImage image) {
        return generate(image, (decoded, all) -> {});
    }

    /**
     * {@return the masks, as {@link #generate(RgbImage)} has them}
     *
     * @param image upright, of any size
     * @param progress hears of each batch of points
     */
    public AutomaticMasks generate(RgbImage image, Progress progress) {
        return generate(image, null, progress);
    }

    /**
     * {@return the masks, as {@link #generate(RgbImage)} has them, where the image was encoded before; crops of it are
     * encoded anyway}
     *
     * @param image upright, of any size
     * @param whole the embedding of the whole image, which stays open; null to make it
     * @param progress hears of each batch of points
     */
    public AutomaticMasks generate(RgbImage image, @Nullable ImageEmbedding whole, Progress progress) {
        List<CropBoxes.LayeredCrop> crops =
                CropBoxes.of(image.size(), options.cropNLayers(), options.cropOverlapRatio());
        IntConsumer decoded = counter(crops, progress);
        AutomaticMasks found = new AutomaticMasks(List.of(), false, false);
        for (CropBoxes.LayeredCrop crop : crops) {
            boolean encoded = whole != null && crop.layer() == 0;
            found = found.and(inCrop(image, crop, encoded ? whole : null, decoded));
        }
        if (crops.size() > 1) {
            found = found.with(fromSmallCropsFirst(found.masks()));
        }
        if (options.minMaskRegionArea() > 0) {
            double threshold = Math.max(options.boxNmsThresh(), options.cropNmsThresh());
            found = found.with(RegionCleanup.clean(found.masks(), options.minMaskRegionArea(), threshold));
        }
        return found;
    }

    private IntConsumer counter(List<CropBoxes.LayeredCrop> crops, Progress progress) {
        int all = crops.stream().mapToInt(crop -> grid(crop).points().size()).sum();
        int[] done = {0};
        return more -> progress.points(done[0] += more, all);
    }

    private PointGrid grid(CropBoxes.LayeredCrop crop) {
        return options.pointGrids().get(crop.layer());
    }

    private AutomaticMasks inCrop(
            RgbImage image, CropBoxes.LayeredCrop crop, @Nullable ImageEmbedding encoded, IntConsumer decoded) {
        CropBox box = crop.box();
        List<ImagePoint> points = grid(crop).on(box.size());
        CandidateMasks candidates = candidates(image, encoded, points, box, decoded);
        List<AutomaticMask> masks = withoutDuplicates(candidates.masks().stream()
                .map(candidate -> mask(candidate, points.get(candidate.point()), box))
                .toList());
        return new AutomaticMasks(masks, aBatchIsEmpty(candidates.stable()), masks.isEmpty());
    }

    private CandidateMasks candidates(
            RgbImage image,
            @Nullable ImageEmbedding encoded,
            List<ImagePoint> points,
            CropBox box,
            IntConsumer decoded) {
        if (encoded != null) {
            return candidates(encoded, points, box, image.size(), decoded);
        }
        try (ImageEmbedding own = backend.embed(List.of(box.of(image))).getFirst()) {
            return candidates(own, points, box, image.size(), decoded);
        }
    }

    private CandidateMasks candidates(
            ImageEmbedding embedding, List<ImagePoint> points, CropBox box, Size image, IntConsumer decoded) {
        CandidateRequest request =
                new CandidateRequest(embedding, points, options.pointsPerBatch(), box, image, thresholds);
        return backend.candidates(List.of(request), decoded).getFirst();
    }

    private static AutomaticMask mask(MaskCandidate candidate, ImagePoint point, CropBox crop) {
        ImagePoint inImage = new ImagePoint(point.x() + crop.x0(), point.y() + crop.y0(), true);
        return new AutomaticMask(
                candidate.runs(), candidate.edges(), candidate.predictedIou(), inImage, candidate.stability(), crop);
    }

    private boolean aBatchIsEmpty(int[] stable) {
        for (int begin = 0; begin < stable.length; begin += options.pointsPerBatch()) {
            int found = 0;
            for (int i = begin; i < Math.min(stable.length, begin + options.pointsPerBatch()); i++) {
                found += stable[i];
            }
            if (found == 0) {
                return true;
            }
        }
        return false;
    }

    private List<AutomaticMask> withoutDuplicates(List<AutomaticMask> masks) {
        float[] scores = new float[masks.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = masks.get(i).predictedIou();
        }
        return kept(masks, scores, options.boxNmsThresh());
    }

    private List<AutomaticMask> fromSmallCropsFirst(List<AutomaticMask> masks) {
        float[] scores = new float[masks.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = 1f / masks.get(i).crop().size().area();
        }
        return kept(masks, scores, options.cropNmsThresh());
    }

    private static List<AutomaticMask> kept(List<AutomaticMask> masks, float[] scores, double threshold) {
        List<MaskEdges> boxes = masks.stream().map(AutomaticMask::box).toList();
        return NonMaxSuppression.keep(boxes, scores, threshold).stream()
                .map(masks::get)
                .toList();
    }
}
