package org.samfast.everything;

import java.util.List;

/**
 * How everything mode asks and what it keeps; names and defaults of the original's SamAutomaticMaskGenerator.
 *
 * @param pointGrids where to ask: the grid of the whole image, then of each layer of crops
 * @param pointsPerBatch how many points to decode at once
 * @param predIouThresh a mask's predicted IoU must be above it; 0 or less: any will do
 * @param stabilityScoreThresh its stability score must be at least that; 0 or less: any will do
 * @param stabilityScoreOffset distance of that score's two thresholds from the mask's
 * @param boxNmsThresh of masks in one crop whose boxes have an IoU above it, the best-rated stays
 * @param cropNLayers layers of crops looked at besides the whole image, layer i having 2^i x 2^i
 * @param cropNmsThresh of masks in several crops whose boxes have an IoU above it, the one of the smallest crop stays
 * @param cropOverlapRatio share of the shorter side by which crops of the first layer overlap
 * @param minMaskRegionArea holes and islands of fewer pixels are removed; 0 for none
 */
public record AutomaticMaskOptions(
        List<PointGrid> pointGrids,
        int pointsPerBatch,
        double predIouThresh,
        double stabilityScoreThresh,
        double stabilityScoreOffset,
        double boxNmsThresh,
        int cropNLayers,
        double cropNmsThresh,
        double cropOverlapRatio,
        int minMaskRegionArea) {
    /** Layers of crops at most: 4^8 crops in the last. */
    public static final int MAX_LAYERS = 8;

    /** The defaults: 32 x 32 points on the whole image. */
    public static final AutomaticMaskOptions DEFAULT =
            new AutomaticMaskOptions(PointGrid.layers(32, 0, 1), 64, 0.88, 0.95, 1.0, 0.7, 0, 0.7, 512.0 / 1500, 0);

    /**
     * Refuses what cannot be met.
     *
     * @throws IllegalArgumentException where an option cannot be met, named as the original names it
     */
    public AutomaticMaskOptions {
        pointGrids = List.copyOf(pointGrids);
        require(pointsPerBatch >= 1, "points_per_batch: expected 1 or more, got " + pointsPerBatch);
        require(
                cropNLayers >= 0 && cropNLayers <= MAX_LAYERS,
                "crop_n_layers: expected 0 to " + MAX_LAYERS + ", got " + cropNLayers);
        require(
                pointGrids.size() > cropNLayers,
                "point_grids: expected one for the image and each of " + cropNLayers + " crop layers, got "
                        + pointGrids.size());
        require(
                cropOverlapRatio >= 0 && cropOverlapRatio < 1,
                "crop_overlap_ratio: expected at least 0 and below 1, got " + cropOverlapRatio);
        require(minMaskRegionArea >= 0, "min_mask_region_area: expected 0 or more, got " + minMaskRegionArea);
        number("pred_iou_thresh", predIouThresh);
        number("stability_score_thresh", stabilityScoreThresh);
        number("stability_score_offset", stabilityScoreOffset);
        number("box_nms_thresh", boxNmsThresh);
        number("crop_nms_thresh", cropNmsThresh);
    }

    private static void number(String name, double value) {
        require(Double.isFinite(value), name + ": expected a number, got " + value);
    }

    private static void require(boolean met, String otherwise) {
        if (!met) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
