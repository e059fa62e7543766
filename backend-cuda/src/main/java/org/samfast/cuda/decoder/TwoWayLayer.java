package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.StackedLinears;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * One layer of the two-way transformer. Source: segment-anything transformer.py TwoWayAttentionBlock @dca509f.
 */
final class TwoWayLayer {
    private final DecoderKernels kernels;
    /** The first layer attends without positions, and the outcome takes the place of the tokens. */
    private final boolean first;

    private final StackedLinears selfQkv;
    private final StackedLinears selfOut;
    private final NormWeights norm1;
    private final ToImage toImage;
    private final NormWeights norm2;
    private final StackedLinears lin1;
    private final StackedLinears lin2;
    private final NormWeights norm3;
    private final FromImage fromImage;

    TwoWayLayer(DecoderKernels kernels, ImageSteps steps, DeviceWeights weights, int index) {
        String layer = "mask_decoder.transformer.layers." + index;
        this.kernels = kernels;
        first = index == 0;
        String self = layer + ".self_attn";
        selfQkv = weights.stacked(self + ".q_proj", self + ".k_proj", self + ".v_proj");
        selfOut = weights.stacked(self + ".out_proj");
        norm1 = weights.norm(layer + ".norm1");
        toImage = ToImage.of(weights, steps, layer + ".cross_attn_token_to_image", first);
        norm2 = weights.norm(layer + ".norm2");
        lin1 = weights.stacked(layer + ".mlp.lin1");
        lin2 = weights.stacked(layer + ".mlp.lin2");
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
        kernels.think(stream, on, lin1, lin2, run.tokenRows());
        kernels.normTokens(stream, on.queries, norm3, run.tokenRows());
        fromImage.run(stream, on, kernels, run);
    }

    private void attendToTokens(Stream stream, DecoderBuffers on, DecoderRun run) {
        int rows = run.tokenRows();
        kernels.project(stream, on, selfQkv, first ? 0 : 2, on.q, rows); // the values have no position
        kernels.selfAttention.launch(stream, on.q, on.k, on.v, run.counts(), on.attended, run.pairs(), run.tokens());
        kernels.join(stream, on, selfOut, first ? DeviceBuffer.NONE : on.queries, rows);
    }
}
