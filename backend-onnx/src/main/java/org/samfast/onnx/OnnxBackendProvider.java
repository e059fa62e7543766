package org.samfast.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.util.Optional;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
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
        unusableBecause().ifPresent(reason -> {
            throw new BackendException("backend 'onnx' is not usable: " + reason);
        });
        return OnnxBackend.open(weights, options);
    }
}
