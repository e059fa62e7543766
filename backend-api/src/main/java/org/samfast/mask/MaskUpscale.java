package org.samfast.mask;

import java.util.ArrayList;
import java.util.List;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * Low-resolution logits to masks at the size of the image, as the original does it: bilinear to 1024x1024, the padding
 * cut off, bilinear to the image, inside where above 0. Source: segment-anything modeling/sam.py, postprocess_masks.
 */
public final class MaskUpscale {
    /** Logits above it are inside the mask. */
    public static final float THRESHOLD = 0;

    private MaskUpscale() {}

    /**
     * {@return the wanted masks, in the order of the request}
     *
     * @param prediction of all prompts on one image
     * @param request which of its masks are wanted
     * @throws IllegalArgumentException where the request is not for as many prompts as the prediction has
     */
    public static List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        request.checkFits(prediction);
        List<ScoredMask> masks = new ArrayList<>();
        for (int prompt = 0; prompt < request.outputs().size(); prompt++) {
            for (int output : request.outputs().get(prompt)) {
                float quality = prediction.quality(prompt, output);
                masks.add(new ScoredMask(prompt, output, quality, mask(prediction, prompt, output)));
            }
        }
        return masks;
    }

    /**
     * {@return logits of one mask at the size of the image, row-major [height][width]}
     *
     * @param prediction of all prompts on one image
     * @param prompt index of the prompt, from 0
     * @param output of the decoder, 0 to 3
     */
    public static float[] logits(MaskPrediction prediction, int prompt, int output) {
        Size size = prediction.imageSize();
        float[] logits = new float[Math.toIntExact(size.area())];
        toImage(prediction, prompt, output)
                .rows((y, row) -> System.arraycopy(row, 0, logits, y * size.width(), row.length));
        return logits;
    }

    /**
     * {@return one mask at the size of the image and its stability score, in one pass over its logits}
     *
     * @param prediction of all prompts on one image
     * @param prompt index of the prompt, from 0
     * @param output of the decoder, 0 to 3
     * @param offset distance of the score's two thresholds from that of the mask
     */
    public static StableMask stable(MaskPrediction prediction, int prompt, int output, float offset) {
        Size size = prediction.imageSize();
        byte[] pixels = new byte[Math.toIntExact(size.area())];
        StabilityScore score = new StabilityScore(offset);
        toImage(prediction, prompt, output).rows((y, row) -> {
            threshold(row, pixels, y * size.width());
            score.add(row);
        });
        return new StableMask(new BinaryMask(size, pixels), score.value());
    }

    private static BinaryMask mask(MaskPrediction prediction, int prompt, int output) {
        Size size = prediction.imageSize();
        byte[] pixels = new byte[Math.toIntExact(size.area())];
        toImage(prediction, prompt, output).rows((y, row) -> threshold(row, pixels, y * size.width()));
        return new BinaryMask(size, pixels);
    }

    private static void threshold(float[] row, byte[] pixels, int to) {
        for (int x = 0; x < row.length; x++) {
            pixels[to + x] = (byte) (row[x] > THRESHOLD ? 1 : 0);
        }
    }

    private static BilinearUpscale toImage(MaskPrediction prediction, int prompt, int output) {
        Size image = prediction.imageSize();
        Size inner = ResizeLongestSide.of(image).resized();
        float[] frame = toFrame(prediction.logits(), prediction.logits().offset(prompt, output), inner);
        return new BilinearUpscale(
                frame,
                0,
                inner.width(),
                BilinearUpscale.Axis.of(inner.width(), image.width(), image.width()),
                BilinearUpscale.Axis.of(inner.height(), image.height(), image.height()));
    }

    /** The part of the 1024x1024 frame that the image fills. */
    private static float[] toFrame(LowResLogits logits, int start, Size inner) {
        float[] frame = new float[inner.width() * inner.height()];
        new BilinearUpscale(
                        logits.values(), start, LowResLogits.SIDE, frameAxis(inner.width()), frameAxis(inner.height()))
                .rows((y, row) -> System.arraycopy(row, 0, frame, y * inner.width(), row.length));
        return frame;
    }

    private static BilinearUpscale.Axis frameAxis(int kept) {
        return BilinearUpscale.Axis.of(LowResLogits.SIDE, ResizeLongestSide.LONGEST_SIDE, kept);
    }
}
