package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.util.Locale;

/** Where ONNX Runtime computes: one of its execution providers. */
enum OnnxDevice {
    CPU("the CPU"),
    CUDA("CUDA"),
    /** TensorRT with CUDA behind it. Never tried: none of our machines has it. */
    TENSORRT("TensorRT");

    /** Fails a session rather than give a node to the CPU, which would cost two copies that nobody sees. */
    private static final String NO_CPU = "session.disable_cpu_ep_fallback";

    /**
     * Fused attention by cuDNN where it can (in 16 bits), by CUTLASS otherwise. With [q | rows | columns] at batch 8 of
     * ViT-B a global layer takes 1.4 ms by cuDNN and 3.9 by CUTLASS; with the position as a bias 1.7 and 4.7, and 5 for
     * making that bias.
     */
    private static final String ATTENTION_KERNELS = "10";

    private final String words;

    OnnxDevice(String words) {
        this.words = words;
    }

    /** {@code the CPU}, {@code CUDA}. */
    String words() {
        return words;
    }

    /** What a benchmark's row calls it: {@code onnx-cuda}. */
    String backendName() {
        return "onnx-" + name().toLowerCase(Locale.ROOT);
    }

    boolean isGpu() {
        return this != CPU;
    }

    /** Puts a session's nodes on this device, all of them. */
    void use(SessionOptions options) throws OrtException {
        if (isGpu()) {
            options.addConfigEntry(NO_CPU, "1");
        }
        if (this == TENSORRT) {
            try (OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(0)) {
                options.addTensorrt(tensorRt);
            }
        }
        if (isGpu()) {
            try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(0)) {
                cuda.add("use_tf32", "0");
                cuda.add("sdpa_kernel", ATTENTION_KERNELS);
                options.addCUDA(cuda);
            }
        }
    }
}
