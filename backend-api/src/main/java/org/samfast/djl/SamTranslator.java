package org.samfast.djl;

import ai.djl.modality.cv.output.DetectedObjects;
import ai.djl.modality.cv.output.Mask;
import ai.djl.modality.cv.translator.Sam2Translator.Sam2Input;
import ai.djl.ndarray.NDList;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import ai.djl.util.passthrough.PassthroughNDManager;
import java.util.List;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.ScoredMask;

/**
 * Takes the place of DJL's {@code Sam2Translator} on the engine {@code Sam}. An input holds any number of points (label 1 on
 * the object, 0 beside it) and at most one box, in pixels, and describes one object. The result is shaped as
 * {@code Sam2Translator}'s: one object of class {@code ""}, its probability the model's estimate of the mask's IoU, its box a
 * {@link Mask} at (0, 0) with the size of the image whose {@code getProbDist()} is [height][width], 1 inside and 0 outside.
 */
public final class SamTranslator implements NoBatchifyTranslator<Sam2Input, DetectedObjects> {
    /** A translator without state, to be shared at will. */
    public SamTranslator() {}

    @Override
    public NDList processInput(TranslatorContext context, Sam2Input input) {
        return new NDList(PassthroughNDManager.INSTANCE.create(input));
    }

    @Override
    public DetectedObjects processOutput(TranslatorContext context, NDList output) {
        ScoredMask found = (ScoredMask) SamBlock.unwrap(output.get(0));
        Size size = found.mask().size();
        Mask mask = new Mask(0, 0, size.width(), size.height(), rows(found.mask()), true);
        return new DetectedObjects(List.of(""), List.of((double) found.quality()), List.of(mask));
    }

    private static float[][] rows(BinaryMask mask) {
        int width = mask.size().width();
        float[][] rows = new float[mask.size().height()][width];
        for (int y = 0; y < rows.length; y++) {
            for (int x = 0; x < width; x++) {
                rows[y][x] = mask.pixels()[y * width + x];
            }
        }
        return rows;
    }
}
