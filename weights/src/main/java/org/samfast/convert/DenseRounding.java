package org.samfast.convert;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.tensor.Bfloat16;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;
import org.samfast.tensor.Tensor;

/** Rounds a tensor to fp32, fp16 or bf16, to nearest, ties to even. */
final class DenseRounding {
    /** Values per round: the buffers stay in the cache. */
    private static final int CHUNK = 8192;

    private final float[] source = new float[CHUNK];
    private final float[] stored = new float[CHUNK];
    private final short[] halves = new short[CHUNK];
    private final DType to;
    private final ErrorSum error;

    DenseRounding(DType to, ErrorSum error) {
        this.to = to;
        this.error = error;
    }

    /** The rounded tensor, in the arena. */
    Entry round(String name, Tensor tensor, Arena arena) {
        MemorySegment values = tensor.toFloatSegment(arena);
        MemorySegment rounded = arena.allocate(Shape.bytes(to, tensor.shape()), Float.BYTES);
        for (long first = 0; first < tensor.elements(); first += CHUNK) {
            int count = (int) Math.min(CHUNK, tensor.elements() - first);
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT, first * Float.BYTES, source, 0, count);
            round(rounded, first, count);
            error.add(source, stored, count);
        }
        return new Entry(
                name,
                to,
                tensor.shape(),
                rounded,
                to == DType.F32 ? ValueLayout.JAVA_FLOAT_UNALIGNED : ValueLayout.JAVA_SHORT_UNALIGNED);
    }

    private void round(MemorySegment rounded, long first, int count) {
        if (to == DType.F32) {
            System.arraycopy(source, 0, stored, 0, count);
            MemorySegment.copy(source, 0, rounded, ValueLayout.JAVA_FLOAT, first * Float.BYTES, count);
            return;
        }
        if (to == DType.F16) {
            roundToFloat16(count);
        } else {
            roundToBfloat16(count);
        }
        MemorySegment.copy(halves, 0, rounded, ValueLayout.JAVA_SHORT, first * Short.BYTES, count);
    }

    private void roundToFloat16(int count) {
        for (int i = 0; i < count; i++) {
            halves[i] = Float.floatToFloat16(source[i]);
            stored[i] = Float.float16ToFloat(halves[i]);
        }
    }

    private void roundToBfloat16(int count) {
        for (int i = 0; i < count; i++) {
            halves[i] = Bfloat16.round(source[i]);
            stored[i] = Bfloat16.widen(halves[i]);
        }
    }
}
