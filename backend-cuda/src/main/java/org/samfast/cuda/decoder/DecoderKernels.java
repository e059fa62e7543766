package org.samfast.cuda.decoder;

import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LayerNorm;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.TokenLinear;
import org.samfast.cuda.kernel.TokenSelfAttention;

/** The kernels over the tokens of prompts, with its epsilon. */
final class DecoderKernels {
    private static final float EPSILON = 1e-5f;

    final TokenSelfAttention selfAttention;
    private final TokenLinear tokenLinear;
    private final LayerNorm tokenNorm;

    DecoderKernels(Device device) {
        selfAttention = new TokenSelfAttention(device);
        tokenLinear = new TokenLinear(device);
        tokenNorm = new LayerNorm(device, Element.FP32);
    }

    /** {@code out = act(weights(in + addend)) + residual} for rows that lie one after the other. */
    void tokens(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer addend,
            LinearWeights weights,
            DeviceBuffer residual,
            DeviceBuffer out,
            int rows,
            boolean relu) {
        tokenLinear.launch(
                stream,
                in,
                addend,
                weights.weight(),
                weights.bias(),
                residual,
                out,
                rows,
                weights.outputs(),
                weights.inputs(),
                weights.inputs(),
                weights.outputs(),
                relu);
    }

    /** The same for one row of every {@code inStride} floats, to one of every {@code outStride}. */
    void everyToken(
            Stream stream,
            DeviceBuffer in,
            int inStride,
            LinearWeights weights,
            DeviceBuffer out,
            int outStride,
            int rows,
            boolean relu) {
        tokenLinear.launch(
                stream,
                in,
                DeviceBuffer.NONE,
                weights.weight(),
                weights.bias(),
                DeviceBuffer.NONE,
                out,
                rows,
                weights.outputs(),
                weights.inputs(),
                inStride,
                outStride,
                relu);
    }

    void normTokens(Stream stream, DeviceBuffer tokens, NormWeights weights, int rows) {
        tokenNorm.apply(stream, tokens, weights, tokens, rows, EPSILON, false);
    }
}
