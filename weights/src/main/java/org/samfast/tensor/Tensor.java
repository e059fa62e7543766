package org.samfast.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An immutable view of a tensor inside a mapped file; nothing is read until asked for.
 *
 * <p>Shape and strides count elements; strides need not be row-major, and several tensors may share bytes.
 */
public final class Tensor {
    /** CONTRACT STUB: replaced by the weights module's implementation. */
    public static Tensor of(DType dtype, long[] shape, long[] strides, MemorySegment data) {
        throw new UnsupportedOperationException();
    }

    private Tensor() {}

    public DType dtype() {
        throw new UnsupportedOperationException();
    }

    /** Dimensions, outermost first; a copy. */
    public long[] shape() {
        throw new UnsupportedOperationException();
    }

    /** Number of elements. */
    public long elements() {
        throw new UnsupportedOperationException();
    }

    /** The values in row-major order, widened or rounded to float; for tensors of less than 2^31 elements. */
    public float[] toFloats() {
        throw new UnsupportedOperationException();
    }

    /**
     * The values in row-major order as native-endian float32: the mapped bytes themselves where the tensor is
     * contiguous F32 at a 4-byte aligned address, otherwise a converted copy in {@code arena}.
     */
    public MemorySegment toFloatSegment(Arena arena) {
        throw new UnsupportedOperationException();
    }
}
