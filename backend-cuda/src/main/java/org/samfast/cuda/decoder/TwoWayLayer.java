package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * One layer of the two-way transformer. Source: segment-anything transformer.py TwoWayAttentionBlock @dca509f.
 */
final class TwoWayLayer {
    private final DecoderKernels kernels;
    /** The first layer attends without positions, and the outcome takes the place of the tokens. */
    private final boolean first;

    private final LinearWeights selfQ;
    private final LinearWeights selfK;
    private final LinearWeights selfV;
    private final LinearWeights selfOut;
    private final NormWeights norm1;
    private final ToImage toImage;
    private final NormWeights norm2;
    private final LinearWeights lin1;
    private final LinearWeights lin2;
    private final NormWeights norm3;
    private final FromImage fromImage;

    TwoWayLayer(DecoderKernels kernels, ImageSteps steps, DeviceWeights weights, int index) {
        String layer = "mask_decoder.transformer.layers." + index;
        this.kernels = kernels;
        first = index == 0;
        selfQ = weights.tokenLinear(layer + ".self_attn.q_proj");
        selfK = weights.tokenLinear(layer + ".self_attn.k_proj");
        selfV = weights.tokenLinear(layer + ".self_attn.v_proj");
        selfOut = weights.tokenLinear(layer + ".self_attn.out_proj");
        norm1 = weights.norm(layer + ".norm1");
        toImage = ToImage.of(weights, steps, layer + ".cross_attn_token_to_image", first);
        norm2 = weights.norm(layer + ".norm2");
        lin1 = weights.tokenLinear(layer + ".mlp.lin1");
        lin2 = weights.tokenLinear(layer + ".mlp.lin2");
        norm3 = weights.norm(layer + ".norm3");
        NormWeights norm4 = weights.norm(layer + ".norm4");
        fromImage = FromImage.of(weights, steps, layer + ".cross_attn_image_to_token", norm4, first);
    }

    /** Advances {@link DecoderBuffers#queries} and the image's keys. */
    void run(Stream stream, DecoderBuffers on, DecoderRun run) {
        attendToTokens(stream, on, run);
        kernels.normTokens(stream, on.queries, norm1, run.tokenRows());
        toImage.run(stream, on, kernels, run);
        kernels.normTokens(stream, on.queries, norm2, run.tokenRows());
        int rows = run.tokenRows();
        kernels.tokens(stream, on.queries, DeviceBuffer.NONE, lin1, DeviceBuffer.NONE, on.hidden, rows, true);
        kernels.tokens(stream, on.hidden, DeviceBuffer.NONE, lin2, on.queries, on.queries, rows, false);
        kernels.normTokens(stream, on.queries, norm3, rows);
        fromImage.run(stream, on, kernels, run);
    }

    private void attendToTokens(Stream stream, DecoderBuffers on, DecoderRun run) {
        DeviceBuffer positions = first ? DeviceBuffer.NONE : on.positions;
        DeviceBuffer residual = first ? DeviceBuffer.NONE : on.queries;
        int rows = run.tokenRows();
        kernels.tokens(stream, on.queries, positions, selfQ, DeviceBuffer.NONE, on.q, rows, false);
        kernels.tokens(stream, on.queries, positions, selfK, DeviceBuffer.NONE, on.k, rows, false);
        kernels.tokens(stream, on.queries, DeviceBuffer.NONE, selfV, DeviceBuffer.NONE, on.v, rows, false);
        kernels.selfAttention.launch(stream, on.q, on.k, on.v, run.counts(), on.attended, run.pairs(), run.tokens());
        kernels.tokens(stream, on.attended, DeviceBuffer.NONE, selfOut, residual, on.queries, rows, false);
    }
}
