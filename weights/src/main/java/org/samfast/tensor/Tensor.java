package org.samfast.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * An immutable view of a tensor inside a mapped file, or made from one; nothing is read until asked for. The file's numbers are
 * little-endian.
 *
 * <p>Shape and strides count elements; strides need not be row-major, and several tensors may share bytes.
 */
public final class Tensor {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final DType dtype;
    private final long[] shape;
    private final long[] strides;
    private final long elements;
    private final Supplier<MemorySegment> data;

    /**
     * {@return a view whose first element is at the start of {@code data}}
     *
     * @param dtype element type
     * @param shape dimensions, outermost first; copied
     * @param strides step per dimension in elements; copied
     * @param data little-endian, not copied
     * @throws IllegalArgumentException where it would reach past the end of {@code data}, or where a dimension or a
     *     stride is negative
     */
    public static Tensor of(DType dtype, long[] shape, long[] strides, MemorySegment data) {
        if (shape.length != strides.length || Arrays.stream(strides).anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException(
                    "strides " + Arrays.toString(strides) + " do not fit shape " + Arrays.toString(shape));
        }
        long bytes = Shape.times(Shape.span(shape, strides), dtype.bytes());
        if (bytes > data.byteSize()) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " needs " + bytes + " bytes, there are " + data.byteSize());
        }
        MemorySegment exact = data.asSlice(0, bytes).asReadOnly();
        return new Tensor(dtype, shape, strides, () -> exact);
    }

    /**
     * {@return a row-major tensor at the start of {@code data}}
     *
     * @param dtype element type
     * @param shape dimensions, outermost first
     * @param data little-endian, not copied
     */
    public static Tensor rowMajor(DType dtype, long[] shape, MemorySegment data) {
        return of(dtype, shape, Shape.rowMajorStrides(shape), data);
    }

    /**
     * {@return a row-major tensor whose values are made whenever they are asked for, and never kept: what a packed
     * file's weight expands to}
     *
     * @param dtype element type
     * @param shape dimensions, outermost first
     * @param values little-endian; as many bytes as the shape needs
     */
    public static Tensor computed(DType dtype, long[] shape, Supplier<MemorySegment> values) {
        return new Tensor(dtype, shape, Shape.rowMajorStrides(shape), values);
    }

    private Tensor(DType dtype, long[] shape, long[] strides, Supplier<MemorySegment> data) {
        this.dtype = dtype;
        this.shape = shape.clone();
        this.strides = strides.clone();
        this.elements = Shape.elements(shape);
        this.data = data;
    }

    /** {@return element type} */
    public DType dtype() {
        return dtype;
    }

    /** {@return dimensions, outermost first; a copy} */
    public long[] shape() {
        return shape.clone();
    }

    /** {@return step per dimension, in elements; a copy} */
    public long[] strides() {
        return strides.clone();
    }

    /** {@return number of elements} */
    public long elements() {
        return elements;
    }

    /** {@return the bytes from the first to the last element, little-endian, read-only} */
    public MemorySegment data() {
        return data.get();
    }

    /** {@return the same with its values made once, where they are made whenever they are asked for} */
    public Tensor expanded() {
        return of(dtype, shape, strides, data());
    }

    /**
     * {@return a view of some entries of the outermost dimension}
     *
     * @param first index of the first
     * @param count how many
     * @throws IndexOutOfBoundsException where there are not as many
     */
    public Tensor rows(long first, long count) {
        Objects.checkFromIndexSize(first, count, shape[0]);
        long[] part = shape();
        part[0] = count;
        long bytes = Shape.span(part, strides) * dtype.bytes();
        return new Tensor(dtype, part, strides, () -> data().asSlice(first * strides[0] * dtype.bytes(), bytes));
    }

    /** {@return whether the elements lie in row-major order without gaps} */
    public boolean isContiguous() {
        long[] rowMajor = Shape.rowMajorStrides(shape);
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] > 1 && strides[axis] != rowMajor[axis]) {
                return elements == 0;
            }
        }
        return true;
    }

    /** {@return the values in row-major order, widened or rounded to float; for tensors of less than 2^31 elements} */
    public float[] toFloats() {
        if (elements > LARGEST_ARRAY) {
            throw new IllegalArgumentException(elements + " elements do not fit in one array");
        }
        float[] values = new float[(int) elements];
        FloatCopy.copy(this, MemorySegment.ofArray(values));
        return values;
    }

    /**
     * {@return the values in row-major order as native-endian float32: the mapped bytes themselves where the tensor is
     * contiguous F32 at a 4-byte aligned address, otherwise a converted copy in {@code arena}}
     *
     * @param arena of the copy
     */
    public MemorySegment toFloatSegment(Arena arena) {
        if (dtype == DType.F32 && isContiguous() && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            MemorySegment bytes = data();
            if (bytes.maxByteAlignment() >= 4) {
                return bytes;
            }
        }
        MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, elements);
        FloatCopy.copy(this, values);
        return values;
    }

    @Override
    public String toString() {
        return dtype + " " + Arrays.toString(shape);
    }
}
