package org.samfast.cuda.encoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.PackedLinear.Out;
import org.samfast.cuda.kernel.PackedWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** A Linear of a block as the file holds it: dense, 2:4 sparse in bf16, or int8. It makes its own input of values in bf16. */
sealed interface StoredLinear permits StoredLinear.Dense, StoredLinear.Sparse, Int8Linear {
    static StoredLinear of(EncoderKernels kernels, PackedKernels packed, DeviceWeights weights, String module) {
        return of(kernels, packed, weights, module, false);
    }

    /** One whose results {@code next} takes, in int8 where both can do so. */
    static StoredLinear before(
            StoredLinear next, EncoderKernels kernels, PackedKernels packed, DeviceWeights weights, String module) {
        boolean nextTakesInt8 = next instanceof Int8Linear int8 && int8.inputFactors() != DeviceBuffer.NONE;
        return of(kernels, packed, weights, module, nextTakesInt8);
    }

    private static StoredLinear of(
            EncoderKernels kernels, PackedKernels packed, DeviceWeights weights, String module, boolean toInt8) {
        if (!weights.isPacked(module)) {
            return new Dense(kernels, weights.linear(module));
        }
        return weights.isInt8(module)
                ? new Int8Linear(kernels, packed, weights.packed(module, toInt8))
                : new Sparse(kernels, packed, weights.packed(module, false));
    }

    DeviceBuffer bias();

    /** {@code out = act(linear(norm(tokens)))}. */
    void ofNorm(Stream stream, EncoderBuffers on, NormWeights norm, Linear.Activation activation, Out out, int rows);

    /** {@code tokens += linear(in)}, in in bf16. */
    void addTo(Stream stream, EncoderBuffers on, DeviceBuffer in, int rows);

    /** bf16 throughout. */
    record Dense(EncoderKernels kernels, LinearWeights weights) implements StoredLinear {
        @Override
        public DeviceBuffer bias() {
            return weights.bias();
        }

        @Override
        public void ofNorm(
                Stream stream, EncoderBuffers on, NormWeights norm, Linear.Activation activation, Out out, int rows) {
            kernels.norm(stream, on.tokens, norm, on.normed, rows);
            kernels.linear.apply(stream, on.normed, weights, activation, out.values(), rows);
        }

        @Override
        public void addTo(Stream stream, EncoderBuffers on, DeviceBuffer in, int rows) {
            kernels.addTokens(stream, in, weights, on.tokens, rows, on, rows);
        }
    }

    /** Half of the weights in bf16. */
    record Sparse(EncoderKernels kernels, PackedKernels packed, PackedWeights weights) implements StoredLinear {
        @Override
        public DeviceBuffer bias() {
            return weights.bias();
        }

        @Override
        public void ofNorm(
                Stream stream, EncoderBuffers on, NormWeights norm, Linear.Activation activation, Out out, int rows) {
            kernels.norm(stream, on.tokens, norm, on.normed, rows);
            packed.linear().apply(stream, on.normed, DeviceBuffer.NONE, weights, activation, out, rows);
        }

        @Override
        public void addTo(Stream stream, EncoderBuffers on, DeviceBuffer in, int rows) {
            packed.linear().applyPlus(stream, in, DeviceBuffer.NONE, weights, on.tokens, on.tokens, rows);
        }
    }
}
