package org.samfast.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Copies a tensor's values in row-major order as native float32. */
final class FloatCopy {
    /** Elements per round: both buffers stay in the first-level cache and the loops vectorise. */
    private static final int CHUNK = 4096;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private FloatCopy() {}

    static void copy(Tensor from, MemorySegment to) {
        if (!from.isContiguous() || !from.dtype().isFloat()) {
            copyStrided(from, to);
        } else if (from.dtype() == DType.F32) {
            MemorySegment.copy(from.data(), FLOAT, 0, to, ValueLayout.JAVA_FLOAT, 0, from.elements());
        } else {
            copyChunks(from, to);
        }
    }

    private static void copyChunks(Tensor from, MemorySegment to) {
        float[] values = new float[CHUNK];
        short[] raw = new short[CHUNK];
        MemorySegment data = from.data();
        for (long first = 0; first < from.elements(); first += CHUNK) {
            int count = (int) Math.min(CHUNK, from.elements() - first);
            switch (from.dtype()) {
                case BF16 -> widenBfloat16(data, first, raw, values, count);
                case F16 -> widenFloat16(data, first, raw, values, count);
                default -> roundDouble(data, first, values, count);
            }
            MemorySegment.copy(values, 0, to, ValueLayout.JAVA_FLOAT, first * Float.BYTES, count);
        }
    }

    /** bfloat16 is the upper half of a float32. */
    private static void widenBfloat16(MemorySegment data, long first, short[] raw, float[] values, int count) {
        MemorySegment.copy(data, SHORT, first * Short.BYTES, raw, 0, count);
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(raw[i] << 16);
        }
    }

    private static void widenFloat16(MemorySegment data, long first, short[] raw, float[] values, int count) {
        MemorySegment.copy(data, SHORT, first * Short.BYTES, raw, 0, count);
        for (int i = 0; i < count; i++) {
            values[i] = Float.float16ToFloat(raw[i]);
        }
    }

    private static void roundDouble(MemorySegment data, long first, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = (float) data.getAtIndex(DOUBLE, first + i);
        }
    }

    private static void copyStrided(Tensor from, MemorySegment to) {
        long[] shape = from.shape();
        long[] strides = from.strides();
        long[] index = new long[shape.length];
        long position = 0;
        MemorySegment data = from.data();
        for (long i = 0; i < from.elements(); i++) {
            to.setAtIndex(ValueLayout.JAVA_FLOAT, i, element(data, from.dtype(), position));
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                position += strides[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                position -= shape[axis] * strides[axis];
                index[axis] = 0;
            }
        }
    }

    private static float element(MemorySegment data, DType dtype, long position) {
        return switch (dtype) {
            case F64 -> (float) data.getAtIndex(DOUBLE, position);
            case F32 -> data.getAtIndex(FLOAT, position);
            case F16 -> Float.float16ToFloat(data.getAtIndex(SHORT, position));
            case BF16 -> Float.intBitsToFloat(data.getAtIndex(SHORT, position) << 16);
            case I64 -> data.getAtIndex(LONG, position);
            case I32 -> data.getAtIndex(INT, position);
            case I16 -> data.getAtIndex(SHORT, position);
            case I8 -> data.get(ValueLayout.JAVA_BYTE, position);
            case U8 -> data.get(ValueLayout.JAVA_BYTE, position) & 0xff;
            case BOOL -> data.get(ValueLayout.JAVA_BYTE, position) == 0 ? 0 : 1;
        };
    }
}
