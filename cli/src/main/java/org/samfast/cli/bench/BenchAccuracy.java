package org.samfast.cli.bench;

import java.util.ArrayList;
import java.util.List;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.SamBackend;
import org.samfast.image.RgbImage;
import org.samfast.mask.BinaryMask;

/**
 * How far a backend's results are from fp32 on the same backend.
 *
 * @param embeddingRelError norm of the difference of two image embeddings over the norm of the fp32 one, mean over images
 * @param maskIou mean over all masks of the IoU with the fp32 mask of the same prompt and output
 */
public record BenchAccuracy(double embeddingRelError, double maskIou) {
    /** Images compared: the first of those that are timed. */
    private static final int IMAGES = 4;

    /** Runs both backends on the first images. */
    public static BenchAccuracy of(SamBackend backend, SamBackend fp32, List<RgbImage> images) {
        List<RgbImage> first = images.subList(0, Math.min(IMAGES, images.size()));
        return between(Outputs.of(backend, first), Outputs.of(fp32, first));
    }

    private static BenchAccuracy between(Outputs actual, Outputs expected) {
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

    /** What a backend makes of some images: every embedding and every mask. */
    private record Outputs(List<float[]> embeddings, List<BinaryMask> masks) {
        static Outputs of(SamBackend backend, List<RgbImage> images) {
            Outputs outputs = new Outputs(new ArrayList<>(), new ArrayList<>());
            for (RgbImage image : images) {
                try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst()) {
                    outputs.embeddings.add(embedding.toHost());
                    outputs.masks.addAll(Workload.masks(backend, List.of(embedding)));
                }
            }
            return outputs;
        }
    }
}
