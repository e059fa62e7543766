package org.samfast.tensor;

/**
 * Arithmetic on shapes and strides that never wraps: a result past 2^63 - 1 is {@link Long#MAX_VALUE}, so that sizes
 * claimed by a hostile file can be compared with what the file really has.
 */
public final class Shape {
    private Shape() {}

    /**
     * {@return number of elements of {@code shape}, 1 for a scalar}
     *
     * @param shape dimensions; none for a scalar
     * @throws IllegalArgumentException for a negative dimension
     */
    public static long elements(long... shape) {
        long elements = 1;
        boolean empty = false;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension " + dimension);
            }
            empty |= dimension == 0;
            elements = times(elements, dimension);
        }
        return empty ? 0 : elements;
    }

    /**
     * {@return size of a row-major tensor in bytes}
     *
     * @param dtype element type
     * @param shape dimensions
     */
    public static long bytes(DType dtype, long... shape) {
        return times(elements(shape), dtype.bytes());
    }

    /**
     * {@return strides in elements of a row-major tensor of that shape}
     *
     * @param shape dimensions, outermost first
     */
    public static long[] rowMajorStrides(long... shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride = times(stride, Math.max(1, shape[axis]));
        }
        return strides;
    }

    /**
     * {@return elements from the first to the last that a strided tensor touches, both included; 0 for an empty tensor}
     *
     * @param shape dimensions, outermost first
     * @param strides steps in elements, 0 or more
     */
    public static long span(long[] shape, long[] strides) {
        if (elements(shape) == 0) {
            return 0;
        }
        long last = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            last = plus(last, times(shape[axis] - 1, strides[axis]));
        }
        return plus(last, 1);
    }

    /**
     * {@return {@code a * b}, or the largest long}
     *
     * @param a 0 or more
     * @param b 0 or more
     */
    public static long times(long a, long b) {
        return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
    }

    /**
     * {@return {@code a + b}, or the largest long}
     *
     * @param a 0 or more
     * @param b 0 or more
     */
    public static long plus(long a, long b) {
        return a + b >= 0 ? a + b : Long.MAX_VALUE;
    }
}
