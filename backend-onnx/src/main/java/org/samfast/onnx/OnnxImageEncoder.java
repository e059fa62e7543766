package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.samfast.backend.ImageEmbedding;
import org.samfast.image.RgbImage;
import org.samfast.onnx.graph.ElementType;

/** The image encoder: images one by one on a CPU, up to eight in a run on a GPU. */
final class OnnxImageEncoder {
    private final OnnxModels models;
    private final ElementType type;
    private final int batch;
    private final OnnxSteps steps;

    /** One that encodes up to {@code batch} images in a run. */
    OnnxImageEncoder(OnnxModels models, ElementType type, int batch, OnnxSteps steps) {
        this.models = models;
        this.type = type;
        this.batch = batch;
        this.steps = steps;
    }

    List<ImageEmbedding> encode(List<RgbImage> images) throws OrtException {
        List<ImageEmbedding> embeddings = new ArrayList<>();
        try {
            for (List<RgbImage> run : runs(images)) {
                embeddings.addAll(encodeTogether(run));
            }
            return embeddings;
        } catch (OrtException | RuntimeException e) {
            embeddings.forEach(ImageEmbedding::close);
            throw e;
        }
    }

    /** Milliseconds of each run over all images, which lie resized and normalised before. */
    double[] millis(List<RgbImage> images, int runs) throws OrtException {
        double[] millis = new double[runs];
        for (List<RgbImage> run : runs(images)) {
            try (OnnxTensor input = PixelBatch.of(run, type)) {
                for (int i = 0; i < runs; i++) {
                    long start = System.nanoTime();
                    models.encoder(run.size()).run(Map.of("pixels", input)).close();
                    millis[i] += (System.nanoTime() - start) / 1e6;
                }
            }
        }
        return millis;
    }

    /** Runs of a power of two images, the largest first: a GPU has one session for each size. */
    private List<List<RgbImage>> runs(List<RgbImage> images) {
        List<List<RgbImage>> runs = new ArrayList<>();
        int from = 0;
        while (from < images.size()) {
            int count = Math.min(batch, Integer.highestOneBit(images.size() - from));
            runs.add(images.subList(from, from + count));
            from += count;
        }
        return runs;
    }

    private List<ImageEmbedding> encodeTogether(List<RgbImage> images) throws OrtException {
        try (OnnxTensor input = steps.step("resize", () -> PixelBatch.of(images, type))) {
            steps.stage("pixels", input);
            OrtSession session = models.encoder(images.size());
            OrtSession.Result result = steps.step("encoder", () -> session.run(Map.of("pixels", input)));
            steps.stages(result);
            OnnxTensor whole = keep(result, "image_embedding");
            return images.size() == 1
                    ? List.of(new OnnxEmbedding(images.getFirst().size(), whole))
                    : cut(whole, images);
        }
    }

    private List<ImageEmbedding> cut(OnnxTensor whole, List<RgbImage> images) throws OrtException {
        List<ImageEmbedding> embeddings = new ArrayList<>();
        try (whole) {
            ByteBuffer bytes = whole.getByteBuffer();
            int each = bytes.remaining() / images.size();
            for (int i = 0; i < images.size(); i++) {
                ByteBuffer part = ByteBuffer.allocateDirect(each).order(ByteOrder.nativeOrder());
                part.put(0, bytes, i * each, each);
                embeddings.add(OnnxEmbedding.of(images.get(i).size(), part, type));
            }
        }
        return embeddings;
    }

    /** Closes every tensor of a result but one. */
    private static OnnxTensor keep(OrtSession.Result result, String name) {
        OnnxTensor kept = (OnnxTensor) result.get(name).orElseThrow();
        result.forEach(stage -> {
            if (!stage.getKey().equals(name)) {
                stage.getValue().close();
            }
        });
        return kept;
    }
}
