package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CpuModel;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.WeightFormat;

final class CpuPrecisionTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "INT8, , true, int8",
        "INT8, INT8, true, int8",
        "INT8, BF16, true, fp32",
        "INT8, FP32, true, fp32",
        "INT8_SPARSE24, , true, int8",
        "INT8_SPARSE24, INT8_SPARSE24, true, int8",
        "INT8, , false, 'fp32, since int8 is no faster on a CPU without VNNI'",
        "INT8, FP32, false, fp32",
        "BF16_SPARSE24, , true, fp32",
        "BF16, INT8, true, fp32"
    })
    void int8IsComputedOfInt8WhereTheCpuGains(WeightFormat stored, @Nullable Precision wish, boolean vnni, String words)
            throws IOException {
        try (Checkpoint checkpoint = StoredModel.in(folder, stored)) {
            CpuPrecision precision = CpuPrecision.of(checkpoint, wish, vnni);
            assertThat(precision.words()).isEqualTo(words);
            assertThat(words).startsWith(precision.computed().label());
        }
    }

    @Test
    void theBackendSaysWhatItComputes() throws IOException {
        BackendOptions options = new BackendOptions(2, folder, null, null);
        try (Checkpoint checkpoint = StoredModel.in(folder, WeightFormat.INT8);
                OnnxBackend backend = OnnxBackend.onCpu(checkpoint, options)) {
            Precision computed = CpuModel.hasVnni() ? Precision.INT8 : Precision.FP32;
            assertThat(backend.info().precision()).isEqualTo(computed);
            assertThat(backend.description()).contains("computed " + computed.label());
        }
    }
}
