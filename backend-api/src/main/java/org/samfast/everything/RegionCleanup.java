package org.samfast.everything;

import java.util.ArrayList;
import java.util.List;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.RunLength;
import org.samfast.mask.SmallRegions;

/**
 * Fills small holes and removes small islands, then drops what has become a duplicate, rather a changed mask than an
 * unchanged one. Source: segment-anything automatic_mask_generator.py, postprocess_small_regions @dca509f.
 */
final class RegionCleanup {
    private RegionCleanup() {}

    /** A mask and whether it had to be changed. */
    private record Cleaned(AutomaticMask mask, boolean changed) {}

    /** The masks that are left: unchanged ones first. */
    static List<AutomaticMask> clean(List<AutomaticMask> masks, int minArea, double nmsThreshold) {
        List<Cleaned> cleaned =
                masks.parallelStream().map(mask -> clean(mask, minArea)).toList();
        float[] scores = new float[masks.size()];
        List<MaskEdges> boxes = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            scores[i] = cleaned.get(i).changed() ? 0 : 1;
            boxes.add(cleaned.get(i).mask().box());
        }
        return NonMaxSuppression.keep(boxes, scores, nmsThreshold).stream()
                .map(i -> cleaned.get(i).mask())
                .toList();
    }

    @SuppressWarnings("ReferenceEquality") // SmallRegions gives back the very mask where nothing was too small
    private static Cleaned clean(AutomaticMask mask, int minArea) {
        BinaryMask before = mask.segmentation().mask();
        BinaryMask after = SmallRegions.removeIslands(SmallRegions.fillHoles(before, minArea), minArea);
        return after == before
                ? new Cleaned(mask, false)
                : new Cleaned(mask.shaped(RunLength.of(after), MaskEdges.of(after)), true);
    }
}
