package org.samfast.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {
    private static MemorySegment floats(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i);
        }
        return MemorySegment.ofArray(bytes.array());
    }

    @Test
    void readsAnyStridesInRowMajorOrder() {
        Tensor transposed = Tensor.of(DType.F32, new long[] {3, 2}, new long[] {1, 3}, floats(6));
        assertThat(transposed.isContiguous()).isFalse();
        assertThat(transposed.toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
        Tensor repeated = Tensor.of(DType.F32, new long[] {2, 2}, new long[] {0, 2}, floats(3));
        assertThat(repeated.toFloats()).containsExactly(0, 2, 0, 2);
    }

    @Test
    void rowsAreAViewWhateverTheStrides() {
        Tensor transposed = Tensor.of(DType.F32, new long[] {3, 2}, new long[] {1, 3}, floats(6));
        assertThat(transposed.rows(1, 2).toFloats()).containsExactly(1, 4, 2, 5);
        Tensor plain = Tensor.rowMajor(DType.F32, new long[] {3, 2}, floats(6));
        assertThat(plain.rows(2, 1).toFloats()).containsExactly(4, 5);
        assertThat(plain.rows(3, 0).toFloats()).isEmpty();
        assertThatThrownBy(() -> plain.rows(2, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void dimensionsOfOneDoNotBreakContiguity() {
        Tensor tensor = Tensor.of(DType.F32, new long[] {1, 3, 1}, new long[] {77, 1, 99}, floats(3));
        assertThat(tensor.isContiguous()).isTrue();
        assertThat(tensor.toFloats()).containsExactly(0, 1, 2);
    }

    @Test
    void alignedFloatsAreNotCopied() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(32, 8).copyFrom(floats(8).asSlice(0, 32));
            MemorySegment same = Tensor.rowMajor(DType.F32, new long[] {2, 3}, bytes.asSlice(4))
                    .toFloatSegment(arena);
            assertThat(same.address()).isEqualTo(bytes.address() + 4);
            assertThat(same.byteSize()).isEqualTo(24);
            assertThat(same.isReadOnly()).isTrue();
        }
    }

    @Test
    void unalignedFloatsAreCopied() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(16, 8);
            MemorySegment.copy(floats(3), 0, bytes, 1, 12);
            MemorySegment copy =
                    Tensor.rowMajor(DType.F32, new long[] {3}, bytes.asSlice(1)).toFloatSegment(arena);
            assertThat(copy.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(0, 1, 2);
        }
    }

    /** Sizes around the chunk of the conversion loops; every bit pattern of 16 bits within the largest. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 4096, 4097, 65536})
    void sixteenBitFloatsWiden(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putShort((short) i);
        }
        float[] bfloat16 = Tensor.rowMajor(DType.BF16, new long[] {count}, MemorySegment.ofArray(bytes.array()))
                .toFloats();
        float[] float16 = Tensor.rowMajor(DType.F16, new long[] {count}, MemorySegment.ofArray(bytes.array()))
                .toFloats();
        for (int i = 0; i < count; i++) {
            assertThat(Float.floatToRawIntBits(bfloat16[i])).isEqualTo(i << 16);
            assertThat(float16[i]).isEqualTo(Float.valueOf(float16(i))); // boxed: NaN equals NaN
        }
    }

    /** IEEE 754 binary16 from its definition. */
    private static float float16(int bits) {
        int exponent = bits >> 10 & 31;
        double fraction = (bits & 1023) / 1024.0;
        double magnitude = exponent == 0
                ? Math.scalb(fraction, -14)
                : exponent < 31 ? Math.scalb(1 + fraction, exponent - 15) : fraction == 0 ? 1 / 0.0 : Double.NaN;
        return (float) (bits >> 15 == 1 ? -magnitude : magnitude);
    }

    @Test
    void refusesToReachPastItsData() {
        assertThatThrownBy(() -> Tensor.rowMajor(DType.F32, new long[] {4}, floats(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs 16 bytes, there are 12");
        assertThatThrownBy(() -> Tensor.of(DType.F32, new long[] {2}, new long[] {-1}, floats(2)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shapeArithmeticSaturates() {
        assertThat(Shape.elements()).isEqualTo(1);
        assertThat(Shape.elements(1L << 40, 1L << 40)).isEqualTo(Long.MAX_VALUE);
        assertThat(Shape.elements(1L << 40, 1L << 40, 0)).isZero();
        assertThat(Shape.bytes(DType.F64, 1L << 60)).isEqualTo(Long.MAX_VALUE);
        assertThat(Shape.bytes(DType.F64, 1L << 59)).isEqualTo(1L << 62);
        assertThat(Shape.span(new long[] {2, 3}, new long[] {Long.MAX_VALUE, 1}))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(Shape.span(new long[] {2, 0}, new long[] {9, 9})).isZero();
        assertThat(Shape.span(new long[] {2, 3}, new long[] {10, 2})).isEqualTo(15);
    }

    @Test
    void dataIsReadOnly() {
        assertThat(Tensor.rowMajor(DType.F32, new long[] {2}, floats(3)).data().isReadOnly())
                .isTrue();
    }
}
