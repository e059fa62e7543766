package org.samfast.cli.eval;

import java.util.Map;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.RunLength;
import org.samfast.mask.ScoredMask;

/**
 * How well one annotated object was found.
 *
 * @param image file name of its image, as the COCO file has it
 * @param imageId its number there
 * @param area of the object, in pixels
 * @param iou intersection over union with the annotation, for every kind of prompt
 * @param reference what these weights are known to reach; empty for unknown
 * @param found the masks that were compared; empty where they are not asked for
 */
public record AnnotationScore(
        String image,
        long imageId,
        long annotation,
        long area,
        Map<PromptKind, Double> iou,
        Map<PromptKind, Double> reference,
        Map<PromptKind, Found> found) {

    /** A mask that was found, as it is kept: a few kB. */
    public record Found(RunLength runs, float quality) {
        static Found of(ScoredMask mask) {
            BinaryMask pixels = mask.mask();
            return new Found(RunLength.of(pixels), mask.quality());
        }
    }

    boolean hasReference() {
        return !reference.isEmpty();
    }

    double iou(PromptKind kind) {
        return iou.getOrDefault(kind, 0.0);
    }

    /** Distance from the reference, which must be there. */
    double difference(PromptKind kind) {
        return Math.abs(iou(kind) - reference.getOrDefault(kind, 0.0));
    }
}
