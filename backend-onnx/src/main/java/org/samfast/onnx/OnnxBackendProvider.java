package org.samfast.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.util.Optional;
import java.util.Set;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Calibrator;
import org.samfast.backend.CpuModel;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;

/** ONNX Runtime, on the CPU or through its CUDA provider: {@link OnnxDetection}. */
public final class OnnxBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "onnx";
    }

    @Override
    public int rank() {
        return 10;
    }

    @Override
    public String description() {
        return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion() + " on "
                + OnnxDetection.here().device().words();
    }

    @Override
    public Optional<String> unusableBecause() {
        return OnnxDetection.here().unusableBecause();
    }

    /**
     * The CPU has no bf16 operators, and its fp16 ones convert back and forth. Of packed weights int8 is computed where the
     * CPU gains by it, with the zeros of 2:4; the rest as dense equivalents.
     */
    @Override
    public Support support(Precision precision) {
        if (OnnxDetection.here().device().isGpu()) {
            return switch (precision) {
                case FP32, FP16, BF16 -> Support.NATIVE;
                case INT8, BF16_SPARSE24, INT8_SPARSE24 -> Support.WIDENED;
            };
        }
        return switch (precision) {
            case FP32 -> Support.NATIVE;
            case INT8 -> CpuModel.hasVnni() ? Support.NATIVE : Support.WIDENED;
            case FP16, BF16, BF16_SPARSE24, INT8_SPARSE24 -> Support.WIDENED;
        };
    }

    @Override
    public int batch() {
        return OnnxDetection.here().device().isGpu() ? OnnxBackend.BATCH : 1;
    }

    @Override
    public SamBackend open(Checkpoint weights, BackendOptions options) {
        requireUsable();
        return OnnxBackend.open(weights, options);
    }

    @Override
    public boolean calibrates() {
        return true;
    }

    @Override
    public Calibrator calibrator(Checkpoint weights, BackendOptions options, Set<String> modules) {
        requireUsable();
        return OnnxCalibrator.open(weights, OnnxBackend.threads(options), modules);
    }

    private void requireUsable() {
        unusableBecause().ifPresent(reason -> {
            throw new BackendException("backend 'onnx' is not usable: " + reason);
        });
    }
}
