package org.samfast.cli.eval;

import java.util.Map;

/**
 * How well one annotated object was found.
 *
 * @param image file name of its image, as the COCO file has it
 * @param iou intersection over union with the annotation, for every kind of prompt
 * @param reference what these weights are known to reach; empty for unknown
 */
public record AnnotationScore(
        String image, long annotation, Map<PromptKind, Double> iou, Map<PromptKind, Double> reference) {
    boolean hasReference() {
        return !reference.isEmpty();
    }

    /** Distance from the reference, which must be there. */
    double difference(PromptKind kind) {
        return Math.abs(iou.getOrDefault(kind, 0.0) - reference.getOrDefault(kind, 0.0));
    }
}
