package org.samfast.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Filling a Python dict from a pickle. */
final class PickleDict {
    private PickleDict() {}

    /** Keys are scalars only: hashing a list that contains itself would not end. */
    static void put(Map<Object, Object> map, Object key, Object value, ByteCursor in) throws CheckpointException {
        if (!(key instanceof String || key instanceof Long || key instanceof Boolean || key instanceof Double)) {
            throw in.bad("a dict key that is neither text nor a number");
        }
        map.put(key, value);
    }

    /** Arguments of {@code OrderedDict}: none, or (Python 2) one list of pairs. */
    static Map<Object, Object> ordered(PickleTuple arguments, ByteCursor in) throws CheckpointException {
        Map<Object, Object> map = new LinkedHashMap<>();
        if (arguments.items().isEmpty()) {
            return map;
        }
        if (!(arguments.items().getFirst() instanceof List<?> pairs)) {
            throw in.bad("an OrderedDict that is not made from a list of pairs");
        }
        for (Object pair : pairs) {
            if (!(pair instanceof List<?> items) || items.size() != 2) {
                throw in.bad("an OrderedDict with an item that is not a pair");
            }
            put(map, items.get(0), items.get(1), in);
        }
        return map;
    }
}
