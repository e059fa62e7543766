package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.StageObserver;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.image.Normalization;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.Prompt;

/**
 * SAM on ONNX Runtime. Images go through the encoder one by one, since a CPU gains nothing from a batch and pays for it
 * in memory; prompts of one shape on one image share a run of the decoder.
 */
final class OnnxBackend implements SamBackend {
    /** Prompts per run of the decoder, which takes about 60 MB each. */
    private static final int PROMPTS_PER_RUN = 16;

    private static final int SIDE = SamArchitecture.IMAGE_SIZE;
    private static final long[] PIXELS = {1, 3, SIDE, SIDE};

    private final OnnxModels models;
    private final @Nullable StageObserver observer;
    private final BackendInfo info;
    private final String description;

    private OnnxBackend(OnnxModels models, @Nullable StageObserver observer, BackendInfo info, String description) {
        this.models = models;
        this.observer = observer;
        this.info = info;
        this.description = description;
    }

    static OnnxBackend open(Checkpoint weights, BackendOptions options) {
        int threads = threads(options);
        String description = "onnx: CPU, %d threads, %s, computed fp32"
                .formatted(threads, weights.architecture().name());
        BackendInfo info = BackendInfo.onCpu("onnx-cpu", threads, Precision.FP32);
        return new OnnxBackend(OnnxModels.open(weights, options, threads), options.observer(), info, description);
    }

    static int threads(BackendOptions options) {
        return options.threads() > 0 ? options.threads() : Runtime.getRuntime().availableProcessors();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public BackendInfo info() {
        return info;
    }

    @Override
    public List<ImageEmbedding> embed(List<RgbImage> images) {
        List<ImageEmbedding> embeddings = new ArrayList<>();
        try {
            for (RgbImage image : images) {
                embeddings.add(embed(image));
            }
            return embeddings;
        } catch (OrtException | RuntimeException e) {
            embeddings.forEach(ImageEmbedding::close);
            throw failure("image encoder", e);
        }
    }

    private ImageEmbedding embed(RgbImage image) throws OrtException {
        try (OnnxTensor input = pixels(image)) {
            observe("pixels", input);
            OrtSession.Result result = models.encoder().run(Map.of("pixels", input));
            result.forEach(stage -> observe(stage.getKey(), (OnnxTensor) stage.getValue()));
            return new OnnxEmbedding(image.size(), keep(result, "image_embedding"));
        }
    }

    static OnnxTensor pixels(RgbImage image) throws OrtException {
        FloatBuffer pixels = direct(3L * SIDE * SIDE);
        Normalization.planes(ResizeLongestSide.of(image.size()).resize(image), pixels);
        return OnnxTensor.createTensor(OnnxSession.environment(), pixels.rewind(), PIXELS);
    }

    @Override
    public double[] encoderMillis(List<RgbImage> images, int runs) {
        double[] millis = new double[runs];
        for (RgbImage image : images) {
            try (OnnxTensor input = pixels(image)) {
                for (int i = 0; i < runs; i++) {
                    long start = System.nanoTime();
                    models.encoder().run(Map.of("pixels", input)).close();
                    millis[i] += (System.nanoTime() - start) / 1e6;
                }
            } catch (OrtException e) {
                throw failure("image encoder", e);
            }
        }
        return millis;
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

    @Override
    public List<MaskPrediction> predict(List<PromptedImage> images) {
        List<MaskPrediction> predictions = new ArrayList<>();
        for (PromptedImage image : images) {
            try {
                predictions.add(predict(image));
            } catch (OrtException e) {
                throw failure("mask decoder", e);
            }
        }
        return predictions;
    }

    private MaskPrediction predict(PromptedImage image) throws OrtException {
        OnnxEmbedding embedding = (OnnxEmbedding) image.embedding();
        int prompts = image.prompts().size();
        float[] logits =
                new float[Math.multiplyExact(prompts, LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE)];
        MaskPrediction prediction = new MaskPrediction(
                embedding.imageSize(), new LowResLogits(logits, prompts), new float[prompts * LowResLogits.MASKS]);
        for (List<Integer> alike : alike(image.prompts(), embedding.imageSize())) {
            decode(embedding, PromptTensors.of(image.prompts(), alike, embedding.imageSize()), prediction);
        }
        return prediction;
    }

    /** Indices of prompts that can share a run: as many tokens, and with or without a mask. */
    private static List<List<Integer>> alike(List<Prompt> prompts, Size imageSize) {
        Map<List<Object>, List<Integer>> open = new HashMap<>();
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Prompt prompt = prompts.get(i);
            List<Object> shape = List.of(EncoderPoint.of(prompt, imageSize).size(), prompt.mask() != null);
            List<Integer> group = open.get(shape);
            if (group == null || group.size() == PROMPTS_PER_RUN) {
                group = new ArrayList<>();
                open.put(shape, group);
                groups.add(group);
            }
            group.add(i);
        }
        return groups;
    }

    private void decode(OnnxEmbedding embedding, PromptTensors prompts, MaskPrediction into) throws OrtException {
        Map<String, OnnxTensor> inputs = inputs(prompts);
        try {
            Map<String, OnnxTensor> all = new LinkedHashMap<>(inputs);
            all.put("image_embedding", embedding.tensor());
            boolean withMask = prompts.masks().length > 0;
            try (OrtSession.Result result = models.decoder(withMask).run(all)) {
                result.forEach(stage -> observe(stage.getKey(), (OnnxTensor) stage.getValue()));
                int values = LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE;
                scatter(result, "low_res_logits", prompts, into.logits().values(), values);
                scatter(result, "iou", prompts, into.quality(), LowResLogits.MASKS);
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static Map<String, OnnxTensor> inputs(PromptTensors prompts) throws OrtException {
        long count = prompts.indices().size();
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        var environment = OnnxSession.environment();
        inputs.put(
                "point_coords",
                OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap(prompts.coordinates()), new long[] {count, prompts.tokens(), 2}));
        inputs.put("point_labels", OnnxTensor.createTensor(environment, LongBuffer.wrap(prompts.labels()), new long[] {
            count, prompts.tokens()
        }));
        if (prompts.masks().length > 0) {
            inputs.put(
                    "mask_input",
                    OnnxTensor.createTensor(
                            environment, FloatBuffer.wrap(prompts.masks()), new long[] {count, 1, 256, 256}));
        }
        return inputs;
    }

    private static void scatter(
            OrtSession.Result result, String name, PromptTensors prompts, float[] into, int valuesPerPrompt) {
        FloatBuffer values = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        for (int index : prompts.indices()) {
            values.get(into, index * valuesPerPrompt, valuesPerPrompt);
        }
    }

    private void observe(String name, OnnxTensor tensor) {
        if (observer != null) {
            float[] values = new float[(int) tensor.getInfo().getNumElements()];
            tensor.getFloatBuffer().get(values);
            observer.stage(name, tensor.getInfo().getShape(), values);
        }
    }

    private static FloatBuffer direct(long values) {
        return ByteBuffer.allocateDirect(Math.toIntExact(values * Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static BackendException failure(String stage, Exception cause) {
        return cause instanceof BackendException known
                ? known
                : new BackendException("onnx: the " + stage + " failed: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        models.close();
    }
}
