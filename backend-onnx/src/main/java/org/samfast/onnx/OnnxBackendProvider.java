package org.samfast.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.util.Optional;
import java.util.Set;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Calibrator;
import org.samfast.backend.Precision;
import org.samfast.backend.SamBackend;
import org.samfast.backend.Support;
import org.samfast.checkpoint.Checkpoint;

/** ONNX Runtime on the CPU. */
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
        return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion() + " on the CPU";
    }

    @Override
    public Optional<String> unusableBecause() {
        try {
            OnnxSession.environment();
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("ONNX Runtime's native library does not load: " + e.getMessage());
        }
    }

    /** The CPU has no bf16 operators, and its fp16 ones convert back and forth. */
    @Override
    public Support support(Precision precision) {
        return precision == Precision.FP32 ? Support.NATIVE : Support.WIDENED;
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
