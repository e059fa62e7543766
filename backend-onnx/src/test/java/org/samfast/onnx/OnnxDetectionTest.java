package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Messages are those that ONNX Runtime 1.29's own natives gave on machines without the part in question. */
final class OnnxDetectionTest {
    private static final String LOAD = "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/session/"
            + "provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() "
            + "[ONNXRuntimeError] : 1 : FAIL : Failed to load library /opt/ort/libonnxruntime_providers_cuda.so with "
            + "error: %s: cannot open shared object file: No such file or directory\n";
    private static final String NO_GPU = "Error code - ORT_FAIL - message: /onnxruntime_src/onnxruntime/core/providers/"
            + "cuda/cuda_execution_provider_info.cc:62 [ONNXRuntimeError] : 1 : FAIL : provider_options_utils.h:187 "
            + "Parse Failed to parse provider option \"device_id\": CUDA failure 35: CUDA driver version is insufficient "
            + "for CUDA runtime version ; GPU=-1 ; hostname=vm ; expr=cudaGetDeviceCount(&num_devices); \n";

    @Test
    void namesTheMissingLibraryAndSaysHowToGetIt() {
        assertThat(OnnxDetection.explain(OnnxDevice.CUDA, LOAD.formatted("libcublasLt.so.12")))
                .startsWith("libcublasLt.so.12 is not found: ")
                .contains("CUDA 12", "cuDNN 9", "cuda-libraries-12-9", "nvidia-cublas-cu12", "LD_LIBRARY_PATH");
        assertThat(OnnxDetection.explain(OnnxDevice.CUDA, LOAD.formatted("libcuda.so.1")))
                .isEqualTo("libcuda.so.1 is not found, the NVIDIA driver's: install the driver, or start the container "
                        + "with --gpus all");
        assertThat(OnnxDetection.explain(OnnxDevice.TENSORRT, LOAD.formatted("libnvinfer.so.10")))
                .isEqualTo("libnvinfer.so.10 is not found: install TensorRT 10");
    }

    @Test
    void saysThatThereIsNoGpu() {
        assertThat(OnnxDetection.explain(OnnxDevice.CUDA, NO_GPU))
                .isEqualTo("no GPU that CUDA can use: CUDA driver version is insufficient for CUDA runtime version "
                        + "(CUDA error 35)");
    }

    /** The natives of the tests are the CPU's. */
    @Test
    void refusesAProviderThatTheNativesLack() {
        OnnxDetection cuda = OnnxDetection.detect("cuda");
        assertThat(cuda.device()).isEqualTo(OnnxDevice.CUDA);
        assertThat(cuda.unusableBecause().orElseThrow())
                .contains("no provider for CUDA", "-Pgpu-natives", "SAM_ORT_PATH", "-Dsam.onnx.provider=cpu");
        assertThat(OnnxDetection.detect("tensorrt").unusableBecause().orElseThrow())
                .contains("TensorRT");
        assertThat(OnnxDetection.detect("gpu").unusableBecause())
                .contains("sam.onnx.provider: expected cpu, cuda or tensorrt, got 'gpu'");
    }

    /** An initializer's error has no message of its own. */
    @Test
    void saysWhyTheNativesDoNotLoad() {
        assertThat(OnnxDetection.said(new UnsatisfiedLinkError("no onnxruntime")))
                .isEqualTo("no onnxruntime");
        assertThat(OnnxDetection.said(new ExceptionInInitializerError(new IllegalStateException("disk full"))))
                .isEqualTo("disk full");
        assertThat(OnnxDetection.said(new ExceptionInInitializerError(new IllegalStateException())))
                .isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void takesTheCpuWithTheNativesForIt() {
        assertThat(OnnxDetection.detect("").device()).isEqualTo(OnnxDevice.CPU);
        assertThat(OnnxDetection.detect("").unusableBecause()).isEmpty();
    }
}
