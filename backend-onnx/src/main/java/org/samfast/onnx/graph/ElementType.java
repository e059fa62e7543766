package org.samfast.onnx.graph;

import ai.onnxruntime.OnnxJavaType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;

/** What a graph computes in, and what its weights are stored in. */
public enum ElementType {
    FLOAT32(1, OnnxJavaType.FLOAT),
    FLOAT16(10, OnnxJavaType.FLOAT16),
    BFLOAT16(16, OnnxJavaType.BFLOAT16),
    /** Of weights only. */
    INT8(3, OnnxJavaType.INT8);

    private static final int BFLOAT16_QUIET = 0x40;

    private final int code;
    private final OnnxJavaType javaType;

    ElementType(int code, OnnxJavaType javaType) {
        this.code = code;
        this.javaType = javaType;
    }

    /** TensorProto.DataType. */
    int code() {
        return code;
    }

    /** How ONNX Runtime's Java names it. */
    public OnnxJavaType javaType() {
        return javaType;
    }

    /** Bytes of one element. */
    public int bytes() {
        return switch (this) {
            case FLOAT32 -> Float.BYTES;
            case FLOAT16, BFLOAT16 -> Short.BYTES;
            case INT8 -> Byte.BYTES;
        };
    }

    /** The nearest value in 16 bits, ties to even. */
    public short round(float value) {
        if (this == FLOAT16) {
            return Float.floatToFloat16(value);
        }
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | BFLOAT16_QUIET);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** Writes the values in this type to the start of the bytes. */
    public void put(float[] values, ByteBuffer into) {
        if (this == FLOAT32) {
            into.asFloatBuffer().put(values);
            return;
        }
        ShortBuffer rounded = into.asShortBuffer();
        for (int i = 0; i < values.length; i++) {
            rounded.put(i, round(values[i]));
        }
    }

    /** Native float32 values in this type: themselves, or rounded copies in the arena. */
    MemorySegment convert(MemorySegment floats, Arena arena) {
        if (this == FLOAT32) {
            return floats;
        }
        long count = floats.byteSize() / Float.BYTES;
        MemorySegment rounded = arena.allocate(ValueLayout.JAVA_SHORT, count);
        for (long i = 0; i < count; i++) {
            rounded.setAtIndex(ValueLayout.JAVA_SHORT, i, round(floats.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
        }
        return rounded;
    }
}
