package org.samfast.cuda;

import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Work;

/**
 * The most that a GPU reaches under its power limit, in operations and bytes per second: less than on its data sheet.
 *
 * @param bf16 of tensor cores
 * @param int8 of tensor cores
 * @param fp32 of the ordinary cores
 * @param bytes of its memory
 */
record GpuLimits(double bf16, double int8, double fp32, double bytes) {
    /** As docs/kernels.md measured them; fp32 by clock and cores. */
    private static final GpuLimits H100 = new GpuLimits(760e12, 1500e12, 60e12, 3e12);

    /** Null of a GPU that was not measured. */
    static @Nullable GpuLimits of(String name) {
        return name.startsWith("NVIDIA H100 80GB HBM3") ? H100 : null;
    }

    /** How long the work takes at least. */
    double seconds(Work work) {
        return Math.max(computing(work), work.bytes() / bytes);
    }

    /** What keeps it from being done sooner. */
    String bound(Work work) {
        return computing(work) > work.bytes() / bytes ? "operations" : "memory";
    }

    private double computing(Work work) {
        return switch (work.unit()) {
            case NONE -> 0;
            case BF16 -> work.operations() / bf16;
            case INT8 -> work.operations() / int8;
            case FP32 -> work.operations() / fp32;
        };
    }
}
