package org.samfast.backend;

import java.util.List;
import org.samfast.image.CropBox;
import org.samfast.image.Size;
import org.samfast.prompt.ImagePoint;

/**
 * Points on one image or crop, each an object of its own, and which of their three multimask outputs to keep.
 *
 * @param embedding of the crop
 * @param points in pixels of the crop
 * @param pointsPerBatch how many points to decode at once where their masks come to the host; the masks are the same
 *     for any
 * @param crop where the crop lies in the image
 * @param image size of the whole image
 * @param thresholds which masks to keep
 */
public record CandidateRequest(
        ImageEmbedding embedding,
        List<ImagePoint> points,
        int pointsPerBatch,
        CropBox crop,
        Size image,
        Thresholds thresholds) {
    /** Copies {@code points}. */
    public CandidateRequest {
        points = List.copyOf(points);
    }

    /**
     * What a mask must reach.
     *
     * @param predIou the model's estimate of the IoU must be above it; 0 or less: any will do
     * @param stabilityScore the stability score must be at least that; 0 or less: any will do
     * @param stabilityScoreOffset distance of the score's two thresholds from that of the mask
     */
    public record Thresholds(float predIou, float stabilityScore, float stabilityScoreOffset) {
        /**
         * {@return whether it is good enough}
         *
         * @param value the model's estimate of a mask's IoU
         */
        public boolean acceptsPredictedIou(float value) {
            return !(predIou > 0) || value > predIou;
        }

        /**
         * {@return whether the mask is stable enough}
         *
         * @param value a mask's stability score; NaN where no pixel passes either threshold
         */
        public boolean acceptsStability(float value) {
            return !(stabilityScore > 0) || value >= stabilityScore;
        }
    }
}
