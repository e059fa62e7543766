package org.samfast.convert;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.SafetensorsWriter.Sink;
import org.samfast.checkpoint.SafetensorsWriter.Spec;
import org.samfast.tensor.DType;

/**
 * A tensor that stays as it is but for its element type.
 *
 * @param remark why it is not packed, where the format would have it packed
 */
record PlannedDense(SourceTensor source, DType to, @Nullable String remark) implements PlannedTensor {
    @Override
    public List<Spec> specs() {
        return List.of(new Spec(source.name(), to, source.tensor().shape()));
    }

    @Override
    public TensorReport write(Sink sink) throws IOException {
        ErrorSum error = new ErrorSum();
        try (Arena arena = Arena.ofConfined()) {
            Entry rounded = new DenseRounding(to, error).round(source.name(), source.tensor(), arena);
            source.requireFinite(error);
            if (!error.isStoredFinite()) {
                throw new CheckpointException(source.file() + ": tensor '" + source.name()
                        + "' has values past 65504, the largest of fp16; convert to bf16 instead");
            }
            sink.put(rounded);
        }
        return source.report(label(to), error, null, remark);
    }

    private static String label(DType dtype) {
        return switch (dtype) {
            case F32 -> "fp32";
            case F16 -> "fp16";
            default -> dtype.name().toLowerCase(Locale.ROOT);
        };
    }
}
