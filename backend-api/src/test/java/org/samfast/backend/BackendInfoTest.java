package org.samfast.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendInfoTest {
    @ParameterizedTest
    @CsvSource({
        "NVIDIA H100 80GB HBM3, h100-80gb",
        "NVIDIA H200, h200",
        "NVIDIA H100 PCIe, h100-pcie",
        "NVIDIA A100-SXM4-80GB, a100-sxm4-80gb",
        "NVIDIA GeForce RTX 4090, rtx-4090",
        "Tesla T4, t4"
    })
    void aGpuIsNamedByWhatTellsItFromOthers(String name, String slug) {
        BackendInfo info = BackendInfo.onGpu("cuda", name, "580.65.06", 1980, Precision.BF16);
        assertThat(info.deviceSlug()).isEqualTo(slug);
        assertThat(info.device()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "AMD EPYC, 2, cpu-amd-epyc-2-threads",
        "AMD EPYC 7763 64-Core Processor, 8, cpu-amd-epyc-7763-8-threads",
        "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz, 4, cpu-intel-xeon-gold-6338-4-threads",
        "aarch64, 1, cpu-aarch64-1-threads"
    })
    void aCpuIsNamedByModelAndThreads(String model, int threads, String slug) {
        assertThat(DeviceSlug.ofCpu(model, threads)).isEqualTo(slug);
    }

    @ParameterizedTest
    @CsvSource({"fpu avx2 avx512_vnni amx_int8, true", "fpu avx_vnni, true", "fpu avx2 avx512f, false", "'', false"})
    void vnniIsAFeatureByEitherName(String features, boolean vnni) {
        assertThat(CpuModel.hasVnni(features)).isEqualTo(vnni);
    }

    @Test
    void thisMachinesCpuHasAName() {
        BackendInfo info = BackendInfo.onCpu("onnx-cpu", 2, Precision.FP32);
        assertThat(info.device()).isNotBlank();
        assertThat(info.deviceSlug()).startsWith("cpu-").endsWith("-2-threads");
        assertThat(info.driver()).isEqualTo("-");
    }

    @Test
    void aSlugThatIsNoFileNameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BackendInfo("cuda", "H100", "../h100", "-", 0, Precision.FP32))
                .withMessageContaining("'../h100'");
    }
}
