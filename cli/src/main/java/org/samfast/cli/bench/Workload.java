package org.samfast.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.SegmentRequest;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskChoice;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** What is timed and compared: one click in each cell of a 4x2 grid of every image, three masks for each. */
final class Workload {
    static final int PROMPTS = 8;

    private static final int COLUMNS = 4;
    private static final int ROWS = 2;
    private static final MaskRequest THREE_MASKS_EACH = new MaskRequest(Collections.nCopies(PROMPTS, List.of(1, 2, 3)));

    private Workload() {}

    /** From images in host memory to masks of their size, in the order of image, prompt, output. */
    static List<BinaryMask> endToEnd(SamBackend backend, List<RgbImage> images) {
        List<SegmentRequest> requests = images.stream()
                .map(image -> new SegmentRequest(image, prompts(image.size()), MaskChoice.MULTIMASK))
                .toList();
        return backend.segment(requests).stream()
                .flatMap(found -> found.masks().stream())
                .map(ScoredMask::mask)
                .toList();
    }

    /** The same for images that are encoded already. */
    static List<BinaryMask> masks(SamBackend backend, List<ImageEmbedding> embeddings) {
        List<PromptedImage> prompted = embeddings.stream()
                .map(embedding -> new PromptedImage(embedding, prompts(embedding.imageSize())))
                .toList();
        List<BinaryMask> masks = new ArrayList<>();
        for (MaskPrediction prediction : backend.predict(prompted)) {
            backend.finish(prediction, THREE_MASKS_EACH).stream()
                    .map(ScoredMask::mask)
                    .forEach(masks::add);
        }
        return masks;
    }

    private static List<Prompt> prompts(Size size) {
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            double x = (i % COLUMNS + 0.5) / COLUMNS * size.width();
            double y = (Math.floorDiv(i, COLUMNS) + 0.5) / ROWS * size.height();
            prompts.add(Prompt.points(new ImagePoint(x, y, true)));
        }
        return prompts;
    }
}
