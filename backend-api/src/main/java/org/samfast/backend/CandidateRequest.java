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
 * @param pointsPerBatch how many points to decode at once where their masks come to the host; the masks are the same for any
 * @param crop where the crop lies in the image
 * @param image size of the whole image
 */
public record CandidateRequest(
        ImageEmbedding embedding,
        List<ImagePoint> points,
        int pointsPerBatch,
        CropBox crop,
        Size image,
        Thresholds thresholds) {
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
        /** Whether the model's estimate is good enough. */
        public boolean acceptsPredictedIou(float value) {
            return !(predIou > 0) || value > predIou;
        }

        /** Whether a mask is stable enough. */
        public boolean acceptsStability(float value) {
            return !(stabilityScore > 0) || value >= stabilityScore;
        }
    }
}
