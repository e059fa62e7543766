package org.samfast;

import java.util.ArrayList;
import java.util.List;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.SegmentRequest;
import org.samfast.embedding.StoredEmbedding;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskChoice;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

/**
 * Segment Anything from an image and prompts to masks: start reading here.
 *
 * <pre>{@code
 * try (Checkpoint weights = Checkpoint.open(Path.of("sam_vit_b_01ec64.pth"));
 *         Segmenter segmenter = new Segmenter(Backends.open("auto", weights, options))) {
 *     Segmentation found = segmenter.segment(image, List.of(Prompt.points(new ImagePoint(410, 300, true))));
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads; it keeps no state between calls.
 */
public final class Segmenter implements AutoCloseable {
    private final SamBackend backend;

    /** A segmenter that owns the backend and closes it. */
    public Segmenter(SamBackend backend) {
        this.backend = backend;
    }

    /** Encodes, decodes and finishes in one call: one mask per prompt. */
    public Segmentation segment(RgbImage image, List<Prompt> prompts) {
        return segment(image, prompts, MaskChoice.AUTOMATIC);
    }

    /** Encodes, decodes and finishes in one call. */
    public Segmentation segment(RgbImage image, List<Prompt> prompts, MaskChoice choice) {
        return segment(List.of(new SegmentRequest(image, prompts, choice))).getFirst();
    }

    /** The same for a batch of images, each with its own prompts: on a GPU one sequence of work. */
    public List<Segmentation> segment(List<SegmentRequest> requests) {
        return backend.segment(requests);
    }

    /** The image encoder alone, for several predictions on one image; the caller closes the embedding. */
    public ImageEmbedding embed(RgbImage image) {
        return backend.embed(List.of(image)).getFirst();
    }

    /** An embedding that was stored, instead of encoding its image again; the caller closes it. */
    public ImageEmbedding restore(StoredEmbedding stored) {
        return stored.on(backend);
    }

    /** Prompt encoder, mask decoder and post-processing on an image that is already encoded. */
    public Segmentation predict(ImageEmbedding embedding, List<Prompt> prompts, MaskChoice choice) {
        MaskPrediction prediction =
                backend.predict(List.of(new PromptedImage(embedding, prompts))).getFirst();
        MaskRequest wanted = MaskRequest.of(choice, prompts, prediction);
        return new Segmentation(prediction, backend.finish(prediction, wanted));
    }

    /**
     * Asks once more for each object's mask, with its low-res logits as a further prompt beside the old ones; the single-mask
     * output answers, as with {@code multimask_output=False} of the original.
     *
     * @param found one mask per prompt
     */
    public Segmentation refine(ImageEmbedding embedding, List<Prompt> prompts, Segmentation found) {
        List<Prompt> refined = new ArrayList<>();
        for (ScoredMask mask : found.masks()) {
            Prompt prompt = prompts.get(mask.prompt());
            float[] logits = found.prediction().logits().copyOf(mask.prompt(), mask.output());
            refined.add(new Prompt(prompt.points(), prompt.box(), new MaskPrompt(logits)));
        }
        return predict(embedding, refined, MaskChoice.SINGLE);
    }

    /** What runs, on what: {@code onnx: CPU, 2 threads, vit_b, weights BF16, computed fp32}. */
    public String description() {
        return backend.description();
    }

    @Override
    public void close() {
        backend.close();
    }
}
