package org.samfast.convert;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.tensor.Tensor;

/** A tensor of the checkpoint that is converted. */
record SourceTensor(Path file, String name, Tensor tensor) {
    void requireFinite(ErrorSum error) throws CheckpointException {
        if (error.isSourceFinite()) {
            return;
        }
        float[] values = tensor.toFloats();
        int at = 0;
        while (Float.isFinite(values[at])) {
            at++;
        }
        throw new CheckpointException(file + ": tensor '" + name + "' holds " + values[at] + " at element " + at
                + "; weights that are no numbers cannot be converted, and nothing was written");
    }

    TensorReport report(String stored, ErrorSum error, @Nullable Boolean sparse, @Nullable String remark) {
        return new TensorReport(
                name,
                tensor.dtype().name().toLowerCase(Locale.ROOT),
                stored,
                error.relative(),
                error.largest(),
                error.keptEnergy(),
                sparse,
                remark);
    }
}
