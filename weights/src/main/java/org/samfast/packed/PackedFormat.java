package org.samfast.packed;

import java.util.Collection;
import java.util.Optional;

/** The name of what packed weights are, read off them and not off what a file says of itself. */
public final class PackedFormat {
    private PackedFormat() {}

    /**
     * {@return {@code int8}, {@code bf16-sparse24} or {@code int8-sparse24}; empty for no packed weights}
     *
     * @param packed the packed weights of a checkpoint
     */
    public static Optional<String> of(Collection<PackedLinear> packed) {
        if (packed.isEmpty()) {
            return Optional.empty();
        }
        String element = packed.stream().anyMatch(PackedLinear::isInt8) ? "int8" : "bf16";
        return Optional.of(packed.stream().anyMatch(PackedLinear::isSparse) ? element + "-sparse24" : element);
    }
}
