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
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.StageObserver;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceRecorder;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.onnx.graph.ElementType;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.Prompt;

/**
 * SAM on ONNX Runtime. A CPU encodes images one by one, since it gains nothing from a batch and pays for it in memory, a
 * GPU up to eight in a run; prompts of one shape on one image share a run of the decoder.
 */
final class OnnxBackend implements SamBackend {
    /** Prompts per run of the decoder, which takes about 60 MB each. */
    private static final int PROMPTS_PER_RUN = 16;

    /** The most images per run of the encoder on a GPU. */
    static final int BATCH = 8;

    private final OnnxModels models;
    private final ElementType type;
    private final int batch;
    private final @Nullable StageObserver observer;
    private final BackendInfo info;
    private final String description;
    private final OnnxSteps steps = new OnnxSteps();

    private OnnxBackend(
            OnnxModels models,
            ElementType type,
            int batch,
            @Nullable StageObserver observer,
            BackendInfo info,
            String description) {
        this.models = models;
        this.type = type;
        this.batch = batch;
        this.observer = observer;
        this.info = info;
        this.description = description;
    }

    static OnnxBackend open(Checkpoint weights, BackendOptions options) {
        OnnxDevice device = OnnxDetection.here().device();
        return device.isGpu() ? onGpu(weights, options, device) : onCpu(weights, options);
    }

    static OnnxBackend onCpu(Checkpoint weights, BackendOptions options) {
        int threads = threads(options);
        CpuPrecision precision = CpuPrecision.of(weights, options.precision());
        String description = "onnx: CPU, %d threads, %s, computed %s"
                .formatted(threads, weights.architecture().name(), precision.words());
        BackendInfo info = BackendInfo.onCpu(OnnxDevice.CPU.backendName(), threads, precision.computed());
        OnnxModels models = OnnxModels.open(weights, options, precision.computed(), threads);
        return new OnnxBackend(models, ElementType.FLOAT32, 1, options.observer(), info, description);
    }

    private static OnnxBackend onGpu(Checkpoint weights, BackendOptions options, OnnxDevice device) {
        Precision wish = options.precision();
        Precision precision = wish == null || wish.isPacked() ? Precision.BF16 : wish;
        ElementType type = elementType(precision);
        String description = "onnx: %s, %s, %s, computed %s"
                .formatted(
                        device.words(), GpuName.model(), weights.architecture().name(), precision.label());
        BackendInfo info = BackendInfo.onGpu(device.backendName(), GpuName.model(), GpuName.driver(), 0, precision);
        OnnxModels models = OnnxModels.open(weights, options, device, type);
        return new OnnxBackend(models, type, BATCH, options.observer(), info, description);
    }

    private static ElementType elementType(Precision precision) {
        return switch (precision) {
            case FP32 -> ElementType.FLOAT32;
            case FP16 -> ElementType.FLOAT16;
            case BF16 -> ElementType.BFLOAT16;
            case INT8, BF16_SPARSE24, INT8_SPARSE24 ->
                throw new IllegalArgumentException(precision.label() + " is computed in bf16");
        };
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
            for (List<RgbImage> run : runs(images)) {
                embeddings.addAll(encode(run));
            }
            return embeddings;
        } catch (OrtException | RuntimeException e) {
            embeddings.forEach(ImageEmbedding::close);
            throw failure("image encoder", e);
        }
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

    private List<ImageEmbedding> encode(List<RgbImage> images) throws OrtException {
        try (OnnxTensor input = steps.step("resize", () -> PixelBatch.of(images, type))) {
            observe("pixels", input);
            OrtSession session = models.encoder(images.size());
            OrtSession.Result result = steps.step("encoder", () -> session.run(Map.of("pixels", input)));
            result.forEach(stage -> observe(stage.getKey(), (OnnxTensor) stage.getValue()));
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

    @Override
    public ImageEmbedding fromHost(Size imageSize, float[] values) {
        try {
            return OnnxEmbedding.of(imageSize, values, type);
        } catch (OrtException e) {
            throw failure("copy of an embedding", e);
        }
    }

    @Override
    public double[] encoderMillis(List<RgbImage> images, int runs) {
        double[] millis = new double[runs];
        for (List<RgbImage> run : runs(images)) {
            try (OnnxTensor input = PixelBatch.of(run, type)) {
                for (int i = 0; i < runs; i++) {
                    long start = System.nanoTime();
                    models.encoder(run.size()).run(Map.of("pixels", input)).close();
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
            OrtSession session = models.decoder(prompts.masks().length > 0);
            try (OrtSession.Result result = steps.step("decoder", () -> session.run(all))) {
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
        var environment = OnnxEnvironment.get();
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

    private static BackendException failure(String stage, Exception cause) {
        return cause instanceof BackendException known
                ? known
                : new BackendException("onnx: the " + stage + " failed: " + cause.getMessage(), cause);
    }

    @Override
    public void traced(Runnable work, TraceDetail detail, TraceRecorder recorder) {
        steps.traced(work, recorder);
    }

    @Override
    public void close() {
        models.close();
    }
}
