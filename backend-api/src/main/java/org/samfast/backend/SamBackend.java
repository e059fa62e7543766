package org.samfast.backend;

import java.util.List;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.ScoredMask;

/**
 * Segment Anything on one device: image encoder, prompt encoder and mask decoder. Batches come first; a single image is
 * the batch of one. Safe for use by many threads. Failures are {@link BackendException}s.
 */
public interface SamBackend extends AutoCloseable {
    /** Backend, device, model and precision: {@code onnx: CPU, 2 threads, vit_b, computed fp32}. */
    String description();

    /** The embeddings of the images, in their order; resizing, normalising and padding included. */
    List<ImageEmbedding> embed(List<RgbImage> images);

    /** The decoder's masks for every prompt of every image, in their order. */
    List<MaskPrediction> predict(List<PromptedImage> prompts);

    /** The wanted masks at the size of the image; in the order of the request. */
    default List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        return MaskUpscale.finish(prediction, request);
    }

    @Override
    void close();
}
