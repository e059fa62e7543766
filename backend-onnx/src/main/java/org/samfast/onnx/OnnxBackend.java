package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
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
import org.samfast.mask.MaskPrediction;
import org.samfast.onnx.graph.ElementType;

/**
 * SAM on ONNX Runtime. A CPU encodes images one by one, since it gains nothing from a batch and pays for it in memory, a
 * GPU up to eight in a run; prompts of one shape on one image share a run of the decoder.
 */
final class OnnxBackend implements SamBackend {
    /** The most images per run of the encoder on a GPU. */
    static final int BATCH = 8;

    private final OnnxModels models;
    private final ElementType type;
    private final OnnxImageEncoder encoder;
    private final OnnxMaskDecoder decoder;
    private final BackendInfo info;
    private final String description;
    private final OnnxSteps steps;

    private OnnxBackend(
            OnnxModels models,
            ElementType type,
            int batch,
            @Nullable StageObserver observer,
            BackendInfo info,
            String description) {
        this.models = models;
        this.type = type;
        this.steps = new OnnxSteps(observer);
        this.encoder = new OnnxImageEncoder(models, type, batch, steps);
        this.decoder = new OnnxMaskDecoder(models, steps);
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
        try {
            return encoder.encode(images);
        } catch (OrtException | RuntimeException e) {
            throw failure("image encoder", e);
        }
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
        try {
            return encoder.millis(images, runs);
        } catch (OrtException e) {
            throw failure("image encoder", e);
        }
    }

    @Override
    public List<MaskPrediction> predict(List<PromptedImage> images) {
        List<MaskPrediction> predictions = new ArrayList<>();
        for (PromptedImage image : images) {
            try {
                predictions.add(decoder.predict(image));
            } catch (OrtException e) {
                throw failure("mask decoder", e);
            }
        }
        return predictions;
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
