package org.samfast.cli.bench;

import java.util.ArrayList;
import java.util.List;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.image.RgbImage;
import org.samfast.mask.BinaryMask;

/**
 * How far a backend's results are from those of a reference.
 *
 * @param embeddingRelError norm of the difference of two image embeddings over the norm of the reference, mean over images
 * @param maskIou mean over all masks of the IoU with the reference's mask of the same prompt and output
 */
public record BenchAccuracy(double embeddingRelError, double maskIou) {
    /** Images compared: the first of those that are timed. */
    private static final int IMAGES = 4;

    /** What a backend makes of the first images: every embedding and every mask. */
    public record Outputs(List<float[]> embeddings, List<BinaryMask> masks) {
        public static Outputs of(SamBackend backend, List<RgbImage> images) {
            Outputs outputs = new Outputs(new ArrayList<>(), new ArrayList<>());
            Workload workload = new Workload(backend, true);
            for (RgbImage image : images.subList(0, Math.min(IMAGES, images.size()))) {
                try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst()) {
                    outputs.embeddings.add(embedding.toHost());
                    outputs.masks.addAll(workload.masks(List.of(embedding)));
                }
            }
            return outputs;
        }
    }

    /** Compares what two backends made of the same images. */
    public static BenchAccuracy between(Outputs actual, Outputs expected) {
        double error = 0;
        for (int i = 0; i < expected.embeddings().size(); i++) {
            error += relativeError(
                    actual.embeddings().get(i), expected.embeddings().get(i));
        }
        double iou = 0;
        for (int i = 0; i < expected.masks().size(); i++) {
            iou += actual.masks().get(i).iou(expected.masks().get(i));
        }
        return new BenchAccuracy(
                error / expected.embeddings().size(), iou / expected.masks().size());
    }

    /** ‖actual - expected‖ / ‖expected‖. */
    static double relativeError(float[] actual, float[] expected) {
        double difference = 0;
        double whole = 0;
        for (int i = 0; i < expected.length; i++) {
            double off = (double) actual[i] - expected[i];
            difference += off * off;
            whole += (double) expected[i] * expected[i];
        }
        return Math.sqrt(difference / whole);
    }
}
