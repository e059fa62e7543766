package org.samfast.convert;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.samfast.tensor.DType;

/** Decides what becomes of each tensor. */
final class ConversionPlan {
    private ConversionPlan() {}

    static PlannedTensor of(SourceTensor source, ConversionOptions options) {
        WeightFormat format = options.format();
        Optional<EncoderLinear> linear = EncoderLinear.ofWeight(source.name());
        boolean wantsSparse = format.isSparse()
                && linear.isPresent()
                && options.sparseLayers().contains(source.name(), linear.get());
        boolean canBeSparse = columns(source) % TwoFourPruner.CHUNK == 0;
        boolean int8 = linear.isPresent() && format.linear() == DType.I8;
        String remark = wantsSparse && !canBeSparse
                ? "dense: groups of four do not fill its " + columns(source) + " columns"
                : null;
        if (int8 || (wantsSparse && canBeSparse)) {
            boolean staticInputs = int8
                    && !linear.orElseThrow().followsNorm()
                    && !options.calibration().isEmpty();
            return linear(source, format.linear(), wantsSparse && canBeSparse, staticInputs, options, remark);
        }
        return new PlannedDense(source, format.dense(), remark);
    }

    private static PlannedTensor linear(
            SourceTensor source,
            DType element,
            boolean sparse,
            boolean staticInputs,
            ConversionOptions options,
            @Nullable String remark) {
        int rows = (int) source.tensor().shape()[0];
        LinearPacker packer = new LinearPacker(source.name(), rows, columns(source), element, sparse, staticInputs);
        return new PlannedLinear(source, packer, options.calibration(), remark);
    }

    private static int columns(SourceTensor source) {
        long[] shape = source.tensor().shape();
        return (int) shape[shape.length - 1];
    }
}
