package org.samfast.cuda;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.packed.PackedFormat;

/** What is computed in: where nothing else is asked for, packed weights as they are, others in bf16. */
final class ComputedPrecision {
    private ComputedPrecision() {}

    /** @param wish null for the best */
    static Precision of(Checkpoint checkpoint, @Nullable Precision wish) {
        Optional<Precision> stored =
                PackedFormat.of(checkpoint.packed().values()).flatMap(Precision::labelled);
        if (wish != null && !wish.isPacked()) {
            return wish;
        }
        if (wish != null && !stored.equals(Optional.of(wish))) {
            throw new BackendException("cuda: " + checkpoint.file() + " does not store " + wish.label()
                    + " weights, so it cannot be computed in that: sam convert " + checkpoint.file() + " --to "
                    + wish.label());
        }
        return stored.orElse(Precision.BF16);
    }
}
