package org.samfast.cuda.decoder;

import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LayerNorm;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.StackedLinears;
import org.samfast.cuda.kernel.TokenLinear;
import org.samfast.cuda.kernel.TokenLinear.Form;
import org.samfast.cuda.kernel.TokenRows;
import org.samfast.cuda.kernel.TokenSelfAttention;

/** The kernels over the tokens of prompts, with its epsilon. */
final class DecoderKernels {
    private static final float EPSILON = 1e-5f;

    final TokenSelfAttention selfAttention;
    private final TokenLinear tokenLinear;
    private final TokenLinear headLinear;
    private final LayerNorm tokenNorm;

    DecoderKernels(Device device, Element element) {
        selfAttention = new TokenSelfAttention(device);
        tokenLinear = new TokenLinear(device, element);
        headLinear = new TokenLinear(device, Element.FP32);
        tokenNorm = new LayerNorm(device, Element.FP32);
    }

    /** Projections of the tokens, the first {@code added} of them with positions, to that one of {@link DecoderBuffers#q} and those after it. */
    void project(Stream stream, DecoderBuffers on, StackedLinears linears, int added, DeviceBuffer first, int rows) {
        TokenRows in = new TokenRows(on.queries, linears.inputs(), 0);
        TokenRows out = new TokenRows(first, linears.outputs(), on.projection());
        tokenLinear.launch(stream, Form.LINEAR, in, on.positions, added, linears, DeviceBuffer.NONE, out, rows, false);
    }

    /** {@code queries = linear(attended) + residual}. */
    void join(Stream stream, DecoderBuffers on, StackedLinears linear, DeviceBuffer residual, int rows) {
        TokenRows in = new TokenRows(on.attended, linear.inputs(), 0);
        TokenRows out = new TokenRows(on.queries, linear.outputs(), 0);
        tokenLinear.launch(stream, Form.LINEAR, in, DeviceBuffer.NONE, 0, linear, residual, out, rows, false);
    }

    /** {@code queries += reduce(relu(expand(queries)))}. */
    void think(Stream stream, DecoderBuffers on, StackedLinears expand, StackedLinears reduce, int rows) {
        TokenRows tokens = new TokenRows(on.queries, expand.inputs(), 0);
        TokenRows hidden = new TokenRows(on.hidden, reduce.inputs(), 0);
        DeviceBuffer none = DeviceBuffer.NONE;
        tokenLinear.launch(stream, Form.EXPAND, tokens, none, 0, expand, none, hidden, rows, true);
        tokenLinear.launch(stream, Form.REDUCE, hidden, none, 0, reduce, on.queries, tokens, rows, false);
    }

    /** In fp32's precision: {@code out = linears(in)} of every part, perhaps through a ReLU. */
    void head(Stream stream, TokenRows in, StackedLinears linears, TokenRows out, int rows, boolean relu) {
        headLinear.launch(stream, Form.LINEAR, in, DeviceBuffer.NONE, 0, linears, DeviceBuffer.NONE, out, rows, relu);
    }

    void normTokens(Stream stream, DeviceBuffer tokens, NormWeights weights, int rows) {
        tokenNorm.apply(stream, tokens, weights, tokens, rows, EPSILON, false);
    }
}
