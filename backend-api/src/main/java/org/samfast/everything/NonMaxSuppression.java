package org.samfast.everything;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.mask.MaskEdges;

/**
 * Of boxes that overlap much, keeps the one with the best score. In float32 where torchvision's {@code nms} is, with a
 * threshold in float64; source: torchvision csrc/ops/cpu/nms_kernel.cpp.
 */
final class NonMaxSuppression {
    private NonMaxSuppression() {}

    /**
     * Indices of the boxes that are kept, best score first, equal scores in their order.
     *
     * @param iouThreshold a box goes where its IoU with a better one is above it
     */
    static List<Integer> keep(List<MaskEdges> boxes, float[] scores, double iouThreshold) {
        List<Integer> order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> scores[i]).reversed())
                .toList();
        List<Integer> kept = new ArrayList<>();
        for (int box : order) {
            if (kept.stream().noneMatch(better -> iou(boxes.get(better), boxes.get(box)) > iouThreshold)) {
                kept.add(box);
            }
        }
        return kept;
    }

    private static float iou(MaskEdges one, MaskEdges other) {
        float width = Math.max(0f, Math.min(one.right(), other.right()) - Math.max(one.left(), other.left()));
        float height = Math.max(0f, Math.min(one.bottom(), other.bottom()) - Math.max(one.top(), other.top()));
        float both = width * height;
        return both / (area(one) + area(other) - both);
    }

    private static float area(MaskEdges box) {
        return (float) (box.right() - box.left()) * (box.bottom() - box.top());
    }
}
