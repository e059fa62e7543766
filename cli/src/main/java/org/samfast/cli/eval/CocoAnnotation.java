package org.samfast.cli.eval;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;

/**
 * One object of a COCO file.
 *
 * @param point the click to evaluate with, our extension; null for the deepest point of the object
 * @param box the object's box; null where it has no extent
 * @param referenceIou IoU that these weights are known to reach, our extension; empty for none
 */
public record CocoAnnotation(
        long id,
        @Nullable ImagePoint point,
        @Nullable ImageBox box,
        CocoShape shape,
        Map<PromptKind, Double> referenceIou) {}
