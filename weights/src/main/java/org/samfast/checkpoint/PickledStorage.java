package org.samfast.checkpoint;

import java.util.List;
import org.samfast.tensor.DType;
import org.samfast.tensor.Shape;

/**
 * A storage by its key, or a view of one; all numbers in elements.
 *
 * @param size of the whole storage
 * @param first where the view begins in it (legacy files), otherwise 0
 * @param elements of the view, otherwise {@code size}
 */
record PickledStorage(DType dtype, String key, long size, long first, long elements) {
    /** Persistent id {@code ('storage', type, key, location, numel[, None | (view key, offset, size)])}. */
    static PickledStorage of(Object persistentId, ByteCursor cursor) throws CheckpointException {
        if (persistentId instanceof PickleTuple(List<Object> id)
                && (id.size() == 5 || id.size() == 6)
                && id.get(0).equals("storage")
                && id.get(1) instanceof AllowedGlobal type
                && type.storageType().isPresent()
                && id.get(2) instanceof String key
                && id.get(4) instanceof Long size
                && size >= 0) {
            PickledStorage whole = new PickledStorage(type.storageType().get(), key, size, 0, size);
            return id.size() == 6 ? whole.view(id.get(5), cursor) : whole;
        }
        throw cursor.bad("a reference to something that is not a tensor's storage");
    }

    private PickledStorage view(Object view, ByteCursor cursor) throws CheckpointException {
        if (view == PickleNone.NONE) {
            return this;
        }
        if (view instanceof PickleTuple(List<Object> parts)
                && parts.size() == 3
                && parts.get(1) instanceof Long begin
                && parts.get(2) instanceof Long count
                && begin >= 0
                && count >= 0
                && Shape.plus(begin, count) <= size) {
            return new PickledStorage(dtype, key, size, begin, count);
        }
        throw cursor.bad("a view that does not lie within its storage of " + size + " elements");
    }
}
