package org.samfast.cli.eval;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.image.RgbImage;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskBox;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * Asks for every annotated object of an image by a click and by its box, and compares the masks with the annotation at the
 * size of the image. The image is encoded once.
 */
public final class Evaluation {
    /** Objects decoded at a time: bounds the memory that masks at full size take. */
    private static final int OBJECTS_AT_ONCE = 16;

    private static final List<Integer> ALL_OUTPUTS = List.of(0, 1, 2, 3);
    private static final List<Integer> SINGLE_MASK = List.of(0);

    private final SamBackend backend;
    private final boolean keepsMasks;

    /** @param keepsMasks whether scores have the masks that were found */
    public Evaluation(SamBackend backend, boolean keepsMasks) {
        this.backend = backend;
        this.keepsMasks = keepsMasks;
    }

    /** An object, its true mask and what to ask for it with. */
    private record Target(CocoAnnotation annotation, BinaryMask truth, ImagePoint click, ImageBox box) {}

    /** The scores of an image's annotations in their order; those that cover no pixel are left out. */
    public List<AnnotationScore> score(RgbImage image, CocoImage coco) throws CocoException {
        List<AnnotationScore> scores = new ArrayList<>();
        try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst()) {
            for (int from = 0; from < coco.annotations().size(); from += OBJECTS_AT_ONCE) {
                int to = Math.min(coco.annotations().size(), from + OBJECTS_AT_ONCE);
                List<Target> targets = targets(coco, coco.annotations().subList(from, to));
                if (!targets.isEmpty()) {
                    scores.addAll(score(embedding, coco, targets));
                }
            }
        }
        return scores;
    }

    private static List<Target> targets(CocoImage coco, List<CocoAnnotation> annotations) throws CocoException {
        List<Target> targets = new ArrayList<>();
        for (CocoAnnotation annotation : annotations) {
            BinaryMask truth = CocoMasks.of(coco, annotation);
            if (truth.area() > 0) {
                ImagePoint click = annotation.point() != null ? annotation.point() : DeepestPoint.of(truth);
                ImageBox box = annotation.box() != null ? annotation.box() : around(truth);
                targets.add(new Target(annotation, truth, click, box));
            }
        }
        return targets;
    }

    private static ImageBox around(BinaryMask mask) {
        MaskBox box = mask.box();
        return new ImageBox(box.x(), box.y(), box.x() + box.width(), box.y() + box.height());
    }

    private List<AnnotationScore> score(ImageEmbedding embedding, CocoImage coco, List<Target> targets) {
        List<Prompt> prompts = new ArrayList<>();
        List<List<Integer>> outputs = new ArrayList<>();
        for (Target target : targets) {
            prompts.add(Prompt.points(target.click()));
            outputs.add(ALL_OUTPUTS);
            prompts.add(Prompt.box(target.box()));
            outputs.add(SINGLE_MASK);
        }
        MaskPrediction prediction =
                backend.predict(List.of(new PromptedImage(embedding, prompts))).getFirst();
        List<ScoredMask> masks = backend.finish(prediction, new MaskRequest(outputs));
        List<AnnotationScore> scores = new ArrayList<>();
        int perTarget = ALL_OUTPUTS.size() + SINGLE_MASK.size();
        for (int i = 0; i < targets.size(); i++) {
            List<ScoredMask> found = masks.subList(i * perTarget, (i + 1) * perTarget);
            int best = prediction.bestOfThree(2 * i);
            scores.add(score(coco, targets.get(i), found, best));
        }
        return scores;
    }

    /** @param found the click's single mask, its three multimask outputs, and the box's single mask */
    private AnnotationScore score(CocoImage coco, Target target, List<ScoredMask> found, int best) {
        double[] each = found.stream()
                .mapToDouble(mask -> target.truth().iou(mask.mask()))
                .toArray();
        Map<PromptKind, Double> iou = new EnumMap<>(PromptKind.class);
        Map<PromptKind, AnnotationScore.Found> masks = new EnumMap<>(PromptKind.class);
        for (PromptKind kind : PromptKind.values()) {
            int chosen = chosen(kind, each, best);
            iou.put(kind, each[chosen]);
            if (keepsMasks) {
                masks.put(kind, AnnotationScore.Found.of(found.get(chosen)));
            }
        }
        CocoAnnotation annotation = target.annotation();
        return new AnnotationScore(
                coco.fileName(),
                coco.id(),
                annotation.id(),
                target.truth().area(),
                iou,
                annotation.referenceIou(),
                masks);
    }

    private static int chosen(PromptKind kind, double[] iou, int best) {
        return switch (kind) {
            case CLICK -> best;
            case CLICK_BEST_OF_THREE -> iou[1] >= Math.max(iou[2], iou[3]) ? 1 : iou[2] >= iou[3] ? 2 : 3;
            case CLICK_SINGLE -> 0;
            case BOX -> 4;
        };
    }
}
