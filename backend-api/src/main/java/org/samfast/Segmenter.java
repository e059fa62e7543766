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

    /**
     * A segmenter that owns the backend.
     *
     * @param backend computes; this closes it
     */
    public Segmenter(SamBackend backend) {
        this.backend = backend;
    }

    /**
     * {@return one mask per prompt, in their order: encodes, decodes and finishes in one call}
     *
     * @param image upright, of any size
     * @param prompts one or more objects, in pixels of the image
     */
    public Segmentation segment(RgbImage image, List<Prompt> prompts) {
        return segment(image, prompts, MaskChoice.AUTOMATIC);
    }

    /**
     * {@return the chosen masks, ordered by prompt: encodes, decodes and finishes in one call}
     *
     * @param image upright, of any size
     * @param prompts one or more objects, in pixels of the image
     * @param choice which of the decoder's outputs to keep of each
     */
    public Segmentation segment(RgbImage image, List<Prompt> prompts, MaskChoice choice) {
        return segment(List.of(new SegmentRequest(image, prompts, choice))).getFirst();
    }

    /**
     * {@return what {@link #segment(RgbImage, List, MaskChoice)} gives for each request, in their order: on a GPU one
     * sequence of work}
     *
     * @param requests images, each with its own prompts
     */
    public List<Segmentation> segment(List<SegmentRequest> requests) {
        return backend.segment(requests);
    }

    /**
     * {@return what the image encoder makes of it, for several predictions on one image; the caller closes it}
     *
     * @param image upright, of any size
     */
    public ImageEmbedding embed(RgbImage image) {
        return backend.embed(List.of(image)).getFirst();
    }

    /**
     * {@return an embedding that was stored, instead of encoding its image again; the caller closes it}
     *
     * @param stored made by the same model
     */
    public ImageEmbedding restore(StoredEmbedding stored) {
        return stored.on(backend);
    }

    /**
     * Prompt encoder, mask decoder and post-processing on an image that is already encoded.
     *
     * @param embedding of the image, made by this segmenter's backend; stays open
     * @param prompts one or more objects, in pixels of the image
     * @param choice which of the decoder's outputs to keep of each
     * @return the chosen masks, ordered by prompt
     */
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
     * @param embedding of the image; stays open
     * @param prompts those that {@code found} answers
     * @param found one mask per prompt
     * @return one mask per prompt
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

    /** {@return what runs, on what: {@code onnx: CPU, 2 threads, vit_b, weights BF16, computed fp32}} */
    public String description() {
        return backend.description();
    }

    @Override
    public void close() {
        backend.close();
    }
}
