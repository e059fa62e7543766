package org.samfast.convert;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.checkpoint.SafetensorsWriter.Sink;
import org.samfast.checkpoint.SafetensorsWriter.Spec;
import org.samfast.packed.TwoFourMetadata;
import org.samfast.tensor.Bfloat16;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

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
    /** Rows at a time, where what is done to one does not depend on the others; the metadata's tile divides it. */
    private static final int SLAB = 2 * TwoFourMetadata.TILE;

    @Override
    public List<Spec> specs() {
        return packer.specs();
    }

    @Override
    public TensorReport write(Sink sink) throws IOException {
        Optional<LinearInputs> inputs =
                packer.sparse() || packer.staticInputs() ? calibration.ofWeight(source.name()) : Optional.empty();
        int slab = inputs.isPresent() ? packer.rows() : SLAB;
        ErrorSum error = new ErrorSum();
        boolean sparse = packer.sparse();
        Tensor weight = source.tensor().expanded();
        try (Arena arena = Arena.ofConfined()) {
            RowwiseEntries entries = new RowwiseEntries(specs(), arena);
            for (int first = 0; first < packer.rows(); first += slab) {
                LinearPacker some = packer.rows(Math.min(slab, packer.rows() - first));
                float[] before = weight.rows(first, some.rows()).toFloats();
                float[] after = before.clone();
                requireFinite(before);
                entries.add(rounded(some, after, inputs));
                error.add(before, after, after.length);
                sparse &= TwoFourPruner.holds(after);
            }
            for (Entry entry : entries.entries()) {
                sink.put(entry);
            }
        }
        return source.report(stored(), error, packer.sparse() ? sparse : null, remark);
    }

    private void requireFinite(float[] values) throws IOException {
        ErrorSum sum = new ErrorSum();
        sum.add(values, values, values.length);
        source.requireFinite(sum);
    }

    /** Some rows of the tensors to write; {@code weights} becomes what they stand for. */
    private static List<Entry> rounded(LinearPacker packer, float[] weights, Optional<LinearInputs> inputs) {
        byte[] kept = packer.sparse() ? TwoFourPruner.prune(weights, packer.rows(), inputs) : null;
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
