package org.samfast.convert;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a conversion did to one tensor.
 *
 * @param name official name
 * @param from element type before
 * @param stored how it is stored now: {@code bf16}, {@code int8}, {@code bf16-sparse24}
 * @param relativeError norm of the difference over norm of the source; 0 where both are 0
 * @param maximumError largest absolute difference
 * @param keptEnergy squared norm of what is stored over that of the source; 1 where both are 0
 * @param sparse whether every four columns of what is stored hold at most two that are not 0; null where it is not sparse
 * @param remark why it is not stored as the format asks for; null where it is
 */
public record TensorReport(
        String name,
        String from,
        String stored,
        double relativeError,
        double maximumError,
        double keptEnergy,
        @Nullable Boolean sparse,
        @Nullable String remark) {
    /** {@return why it is not stored as asked for; empty where it is} */
    public Optional<String> whyNot() {
        return Optional.ofNullable(remark);
    }
}
