package org.samfast.onnx;

import org.jspecify.annotations.Nullable;
import org.samfast.backend.CpuModel;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.packed.PackedLinear;

/**
 * What a CPU computes in: int8 where the file stores it, nothing else is asked for and the CPU gains by it; fp32
 * otherwise. ONNX Runtime's products of bytes without sign and bytes with sign are fast and exact where x86 has VNNI. On
 * older ones they saturate, and the form that is exact there gains nothing (bench/onnx_int8_linear.py, uint8_uint8).
 * Other processors were not measured.
 *
 * @param computed fp32 or int8
 * @param words the same for people, and why it is not int8 where that is what the file stores
 */
record CpuPrecision(Precision computed, String words) {
    /** @param wish null for the best */
    static CpuPrecision of(Checkpoint checkpoint, @Nullable Precision wish) {
        return of(checkpoint, wish, CpuModel.hasVnni());
    }

    static CpuPrecision of(Checkpoint checkpoint, @Nullable Precision wish, boolean vnni) {
        if (!isInt8(checkpoint, wish)) {
            return new CpuPrecision(Precision.FP32, Precision.FP32.label());
        }
        return vnni
                ? new CpuPrecision(Precision.INT8, Precision.INT8.label())
                : new CpuPrecision(Precision.FP32, "fp32, since int8 is no faster on a CPU without VNNI");
    }

    private static boolean isInt8(Checkpoint checkpoint, @Nullable Precision wish) {
        return (wish == null || wish == Precision.INT8 || wish == Precision.INT8_SPARSE24)
                && checkpoint.packed().values().stream().anyMatch(PackedLinear::isInt8);
    }
}
