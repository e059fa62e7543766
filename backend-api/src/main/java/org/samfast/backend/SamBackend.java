package org.samfast.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;

/**
 * Segment Anything on one device: image encoder, prompt encoder and mask decoder. Batches come first; a single image is
 * the batch of one. Safe for use by many threads. Failures are {@link BackendException}s.
 */
public interface SamBackend extends AutoCloseable {
    /** {@return backend, device, model and precision: {@code onnx: CPU, 2 threads, vit_b, computed fp32}} */
    String description();

    /** {@return what computes, for the rows of a benchmark} */
    BackendInfo info();

    /**
     * {@return the embeddings of the images, in their order, which the caller closes; resizing, normalising and padding
     * included}
     *
     * @param images upright, of any size
     */
    List<ImageEmbedding> embed(List<RgbImage> images);

    /**
     * Brings an embedding that was made before back to where this backend computes: the inverse of {@link
     * ImageEmbedding#toHost}, whose values come back bit for bit. Others are rounded to what this backend keeps
     * embeddings in.
     *
     * @param imageSize of the upright image that it was made of, in pixels
     * @param values row-major [256][64][64], made by the same model; they may be changed afterwards
     * @return the embedding, which the caller closes
     * @throws IllegalArgumentException where there are not as many
     */
    ImageEmbedding fromHost(Size imageSize, float[] values);

    /**
     * {@return the decoder's masks for every prompt of every image, in their order}
     *
     * @param prompts embeddings of this backend, each with its prompts; they stay open
     */
    List<MaskPrediction> predict(List<PromptedImage> prompts);

    /**
     * {@return the wanted masks at the size of the image, in the order of the request}
     *
     * @param prediction of all prompts on one image
     * @param request which of its masks are wanted
     */
    default List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        return MaskUpscale.finish(prediction, request);
    }

    /**
     * The whole pipeline on a batch of images, each with its own prompts: {@link #embed}, {@link #predict} and {@link
     * #finish} in one call, with the same results. A backend may do it without waiting for its device in between.
     *
     * @param requests images, each with its own prompts
     * @return one for each request, in their order
     */
    default List<Segmentation> segment(List<SegmentRequest> requests) {
        List<ImageEmbedding> embeddings =
                embed(requests.stream().map(SegmentRequest::image).toList());
        try {
            List<Segmentation> segmentations = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
                SegmentRequest request = requests.get(i);
                MaskPrediction prediction = predict(List.of(new PromptedImage(embeddings.get(i), request.prompts())))
                        .getFirst();
                MaskRequest wanted = MaskRequest.of(request.choice(), request.prompts(), prediction);
                segmentations.add(new Segmentation(prediction, finish(prediction, wanted)));
            }
            return segmentations;
        } finally {
            embeddings.forEach(ImageEmbedding::close);
        }
    }

    /**
     * Everything mode's part for a device: decodes every point of every request, keeps the masks that pass its filters and
     * cuts them into run lengths, with the results of {@link #predict} and {@link MaskUpscale#stable}. By default in plain
     * Java; a backend may filter, threshold and encode where the logits are, and copy out only what is kept.
     *
     * @param requests embeddings of this backend, each with its points
     * @param decoded hears how many more points are done, from this thread
     * @return one for each request, in their order
     */
    default List<CandidateMasks> candidates(List<CandidateRequest> requests, IntConsumer decoded) {
        return requests.stream()
                .map(request -> CandidateFilter.run(this, request, decoded))
                .toList();
    }

    /**
     * Does the work, which calls this backend from this thread only, and tells how long it took by the device's own clock
     * (CUDA events around all that the work queued); by the host's where the device has none.
     *
     * @param work calls this backend from this thread only
     * @return milliseconds, from before the work's first step on the device to after its last
     */
    default double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    /**
     * Does the work, which calls this backend from this thread only, and tells the recorder what of it the backend can tell: what
     * the device did and, of the host, steps within a call. By default nothing.
     *
     * @param work calls this backend from this thread only
     * @param detail what to tell
     * @param recorder hears of each span
     */
    default void traced(Runnable work, TraceDetail detail, TraceRecorder recorder) {
        work.run();
    }

    /**
     * How long the image encoder alone takes, run after run without a pause, by the clock of {@link #millis}: before the first
     * run the images lie resized and normalised where it reads them, and the embeddings stay where it makes them.
     *
     * @param images upright, of any size
     * @param runs how often to encode them all
     * @return milliseconds of each run over all images
     */
    double[] encoderMillis(List<RgbImage> images, int runs);

    /** {@return the most memory of the device that this backend's own allocations took at once, in bytes; 0 without a device} */
    default long deviceBytes() {
        return 0;
    }

    /**
     * {@return what this backend's own allocations of device and page-locked memory are for, those that it holds now;
     * empty without a device}
     */
    default List<MemoryUse> memory() {
        return List.of();
    }

    @Override
    void close();
}
