package org.samfast.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the named tensors in what a .pth file holds. */
final class StateDict {
    /** Keys under which training scripts put the state dict beside their other state. */
    private static final List<String> WRAPPERS = List.of("model", "state_dict");

    private StateDict() {}

    /** Name to tensor, in file order; entries that are not tensors are left out. */
    static Map<String, PickledTensor> of(Object root, MappedFile file) throws CheckpointException {
        if (!(root instanceof Map<?, ?> map)) {
            throw file.bad("expected a dict of named tensors (a state_dict), got " + describe(root));
        }
        Map<String, PickledTensor> tensors = new LinkedHashMap<>();
        unwrapped(map).forEach((key, value) -> {
            if (key instanceof String name && value instanceof PickledTensor tensor) {
                tensors.put(name, tensor);
            }
        });
        return tensors;
    }

    private static Map<?, ?> unwrapped(Map<?, ?> map) {
        for (String wrapper : WRAPPERS) {
            if (map.get(wrapper) instanceof Map<?, ?> inner) {
                return inner;
            }
        }
        return map;
    }

    private static String describe(Object value) {
        return switch (value) {
            case PickledTensor tensor -> "a single tensor";
            case List<?> list -> "a list";
            case PickleTuple tuple -> "a tuple";
            default -> "a value of another kind";
        };
    }
}
