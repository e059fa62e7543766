package org.samfast.cuda.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BackendException;

/** One sentence per cause, from a libcuda made of upcalls. */
class CudaDetectionTest {
    private static final String H100 = "NVIDIA H100 80GB HBM3";
    private static final String DRIVER_580 = """
            NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.159.04  Fri Oct 31
            GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)
            """;
    private static final String DRIVER_570 =
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\n";

    @Test
    void aGpuThatCanBeUsedIsDescribed() {
        CudaDetection detection = detect(new FakeLibcuda(13000, 0, 1, H100, 90), DRIVER_580, true);
        assertThat(detection.unusableBecause()).isEmpty();
        assertThat(detection.description()).isEqualTo("NVIDIA H100 80GB HBM3, sm_90a, driver 580.159.04");
        assertThat(detection.ordinal()).isZero();
        assertThat(detection.driverVersion()).isEqualTo("580.159.04");
    }

    @Test
    void aDriverOfUnknownReleaseIsNamedByItsCuda() {
        CudaDetection detection = detect(new FakeLibcuda(13010, 0, 2, "NVIDIA A100", 80), "", true);
        assertThat(detection.description()).isEqualTo("NVIDIA A100, sm_80, driver for CUDA 13.1");
    }

    @Test
    void noDriver() {
        CudaDetection detection = CudaDetection.detect(Optional.empty(), "", true);
        assertThat(detection.unusableBecause()).contains("no NVIDIA driver (libcuda.so.1 not found)");
        assertThatThrownBy(detection::ordinal)
                .isInstanceOf(BackendException.class)
                .hasMessage("CUDA is not usable: no NVIDIA driver (libcuda.so.1 not found)");
    }

    @Test
    void aDriverThatTheContainerDoesNotSee() {
        assertThat(CudaDetection.detect(Optional.empty(), DRIVER_580, true).unusableBecause())
                .contains(
                        "no NVIDIA driver (libcuda.so.1 not found, although the kernel's driver 580.159.04 runs: in a "
                                + "container, start it with --gpus all)");
    }

    @Test
    void anOldDriver() {
        FakeLibcuda old = new FakeLibcuda(12080, 0, 1, H100, 90);
        assertThat(reason(old, DRIVER_570, true)).contains("driver 570 found, 580 or newer needed");
        assertThat(reason(old, "", true)).contains("driver for CUDA 12.8 found, 580 or newer needed");
    }

    @Test
    void noGpu() {
        String sentence = "no NVIDIA GPU found, although a driver is there (in a container: start it with --gpus all)";
        assertThat(reason(new FakeLibcuda(13000, 100, 0, "", 0), DRIVER_580, true))
                .contains(sentence);
        assertThat(reason(new FakeLibcuda(13000, 0, 0, "", 0), DRIVER_580, true))
                .contains(sentence);
    }

    @Test
    void anUnsupportedGpu() {
        assertThat(reason(new FakeLibcuda(13000, 0, 1, "Tesla T4", 75), DRIVER_580, true))
                .contains("Tesla T4 has compute capability 7.5, 8.0 or newer needed (Ampere, Ada, Hopper, Blackwell)");
    }

    @Test
    void aDriverThatDoesNotStart() {
        assertThat(reason(new FakeLibcuda(13000, 803, 0, "", 0), DRIVER_580, true))
                .contains("the NVIDIA driver does not start (cuInit): CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)");
    }

    @Test
    void aBuildWithoutKernels() {
        assertThat(reason(new FakeLibcuda(13000, 0, 1, H100, 90), DRIVER_580, false))
                .contains("this build has no kernels (nvcc 13 not found at build time); use the release archive or "
                        + "install it");
    }

    private static Optional<String> reason(FakeLibcuda libcuda, String driverFile, boolean hasKernels) {
        return detect(libcuda, driverFile, hasKernels).unusableBecause();
    }

    private static CudaDetection detect(FakeLibcuda libcuda, String driverFile, boolean hasKernels) {
        try (Arena arena = Arena.ofConfined()) {
            return CudaDetection.detect(libcuda.library(arena), driverFile, hasKernels);
        }
    }
}
