package org.samfast.cuda.encoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.PackedLinear.Out;
import org.samfast.cuda.kernel.PackedWeights;

/** A Linear in int8, dense or 2:4 sparse. Its inputs are rounded by the constants of the file, or each token by a scale of its own. */
record Int8Linear(EncoderKernels kernels, PackedKernels packed, PackedWeights weights) implements StoredLinear {
    @Override
    public DeviceBuffer bias() {
        return weights.bias();
    }

    /** What inputs are multiplied by, or nothing where every token has its own scale. */
    DeviceBuffer inputFactors() {
        return weights.inputFactors();
    }

    /** Whether its results are int8. */
    boolean storesInt8() {
        return weights.inPairs();
    }

    @Override
    public void ofNorm(
            Stream stream, EncoderBuffers on, NormWeights norm, Linear.Activation activation, Out out, int rows) {
        if (weights.scalesTokens()) {
            packed.int8Norm()
                    .apply(stream, on.tokens, norm, on.quantised, on.tokenScales, rows, EncoderKernels.EPSILON);
        } else {
            kernels.norm(stream, on.tokens, norm, on.normed, rows);
            quantise(stream, on, on.normed, rows);
        }
        packed.linear().apply(stream, on.quantised, scales(on), weights, activation, out, rows);
    }

    @Override
    public void addTo(Stream stream, EncoderBuffers on, DeviceBuffer in, int rows) {
        quantise(stream, on, in, rows);
        addQuantised(stream, on, on.quantised, rows);
    }

    /** The same of inputs that are int8, and whose tokens' scales are {@link EncoderBuffers#tokenScales}. */
    void addQuantised(Stream stream, EncoderBuffers on, DeviceBuffer in, int rows) {
        packed.linear().applyPlus(stream, in, scales(on), weights, on.tokens, on.tokens, rows);
    }

    private void quantise(Stream stream, EncoderBuffers on, DeviceBuffer in, int rows) {
        if (weights.scalesTokens()) {
            packed.quantize().byRow(stream, in, on.quantised, on.tokenScales, rows, weights.inputs());
        } else {
            packed.quantize().launch(stream, in, weights.inputFactors(), on.quantised, rows, weights.inputs());
        }
    }

    private DeviceBuffer scales(EncoderBuffers on) {
        return weights.scalesTokens() ? on.tokenScales : DeviceBuffer.NONE;
    }
}
