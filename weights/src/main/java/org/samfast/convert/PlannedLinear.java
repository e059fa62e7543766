package org.samfast.convert;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.SafetensorsWriter.Sink;
import org.samfast.checkpoint.SafetensorsWriter.Spec;
import org.samfast.tensor.Bfloat16;
import org.samfast.tensor.DType;

/**
 * A Linear's weight that becomes int8, 2:4 sparse or both.
 *
 * @param remark why it is not sparse, where it should be
 */
record PlannedLinear(
        SourceTensor source,
        LinearPacker packer,
        Calibration calibration,
        @Nullable String remark) implements PlannedTensor {
    @Override
    public List<Spec> specs() {
        return packer.specs();
    }

    @Override
    public TensorReport write(Sink sink) throws IOException {
        float[] before = source.tensor().toFloats();
        float[] after = before.clone();
        requireFinite(before);
        Optional<LinearInputs> inputs =
                packer.sparse() || packer.staticInputs() ? calibration.ofWeight(source.name()) : Optional.empty();
        byte[] kept = packer.sparse() ? TwoFourPruner.prune(after, packer.rows(), inputs) : null;
        for (Entry entry : rounded(after, kept, inputs)) {
            sink.put(entry);
        }
        ErrorSum error = new ErrorSum();
        error.add(before, after, after.length);
        return source.report(stored(), error, packer.sparse() ? TwoFourPruner.holds(after) : null, remark);
    }

    private void requireFinite(float[] values) throws IOException {
        ErrorSum sum = new ErrorSum();
        sum.add(values, values, values.length);
        source.requireFinite(sum);
    }

    /** The tensors to write; {@code weights} becomes what they stand for. */
    private List<Entry> rounded(float[] weights, byte @Nullable [] kept, Optional<LinearInputs> inputs) {
        if (packer.element() == DType.I8) {
            float[] inputScales =
                    packer.staticInputs() ? InputScales.of(weights, packer.rows(), inputs.orElseThrow()) : null;
            Int8Weights quantised = Int8Quantizer.quantise(weights, packer.rows(), inputScales);
            quantised.dequantise(weights);
            return packer.pack(quantised, kept);
        }
        List<Entry> entries = packer.pack(weights, Objects.requireNonNull(kept));
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Bfloat16.widen(Bfloat16.round(weights[i]));
        }
        return entries;
    }

    private String stored() {
        String element = packer.element() == DType.I8 ? "int8" : "bf16";
        return packer.sparse() ? element + "-sparse24" : element;
    }
}
