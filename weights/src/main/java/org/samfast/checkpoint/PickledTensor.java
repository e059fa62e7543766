package org.samfast.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;
import org.samfast.tensor.Tensor;

/**
 * A tensor as a pickle describes it: a view, in elements, of a storage that lies elsewhere in the file.
 *
 * @param offset first element within the storage (or within its view)
 */
record PickledTensor(PickledStorage storage, long offset, long[] shape, long[] strides) {
    /** torch allows 64 dimensions; a convolution has 4. */
    private static final int MOST_DIMENSIONS = 8;

    /** Arguments of {@code torch._utils._rebuild_tensor_v2}: storage, offset, size, stride, and what weights ignore. */
    static PickledTensor of(PickleTuple arguments, ByteCursor cursor) throws CheckpointException {
        List<Object> items = arguments.items();
        if (items.size() >= 4
                && items.get(0) instanceof PickledStorage storage
                && items.get(1) instanceof Long offset
                && items.get(2) instanceof PickleTuple size
                && items.get(3) instanceof PickleTuple stride
                && size.items().size() == stride.items().size()
                && size.items().size() <= MOST_DIMENSIONS) {
            PickledTensor tensor = new PickledTensor(storage, offset, numbers(size, cursor), numbers(stride, cursor));
            tensor.requireInside(cursor);
            return tensor;
        }
        throw cursor.bad("a tensor that is not described by storage, offset, size and stride");
    }

    /** Arguments of {@code torch._utils._rebuild_parameter}: the tensor, and what weights ignore. */
    static PickledTensor ofParameter(PickleTuple arguments, ByteCursor cursor) throws CheckpointException {
        if (arguments.items().isEmpty() || !(arguments.items().getFirst() instanceof PickledTensor tensor)) {
            throw cursor.bad("a parameter that is not made from a tensor");
        }
        return tensor;
    }

    private void requireInside(ByteCursor cursor) throws CheckpointException {
        if (offset < 0 || Shape.elements(shape) == Long.MAX_VALUE) {
            throw cursor.bad("a tensor with offset " + offset + " and 2^63 elements or more");
        }
        long end = Shape.plus(offset, Shape.span(shape, strides));
        if (end > storage.elements()) {
            throw cursor.bad("a tensor that reaches to element " + end + " of storage "
                    + MappedFile.quoted(storage.key()) + ", which has " + storage.elements());
        }
    }

    private static long[] numbers(PickleTuple tuple, ByteCursor cursor) throws CheckpointException {
        long[] numbers = new long[tuple.items().size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(tuple.items().get(i) instanceof Long number) || number < 0) {
                throw cursor.bad("a tensor whose size or stride is not a number from 0");
            }
            numbers[i] = number;
        }
        return numbers;
    }

    /** The tensor itself, over the bytes of its whole storage. */
    Tensor in(MemorySegment bytes, String name, MappedFile file) throws CheckpointException {
        DType dtype = storage.dtype();
        if (Shape.times(storage.size(), dtype.bytes()) > bytes.byteSize()) {
            throw file.bad("tensor " + MappedFile.quoted(name) + ": its storage should have " + storage.size()
                    + " elements of " + dtype + ", the file has " + bytes.byteSize() + " bytes of it");
        }
        return Tensor.of(dtype, shape, strides, bytes.asSlice((storage.first() + offset) * dtype.bytes()));
    }
}
