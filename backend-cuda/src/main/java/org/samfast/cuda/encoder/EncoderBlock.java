package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** One transformer block of the image encoder. Source: segment-anything image_encoder.py Block @dca509f. */
final class EncoderBlock {
    private final EncoderKernels kernels;
    private final boolean global;
    private final NormedLinear qkv;
    private final DeviceBuffer relH;
    private final DeviceBuffer relW;
    private final LinearWeights proj;
    private final NormedLinear lin1;
    private final LinearWeights lin2;

    EncoderBlock(EncoderKernels kernels, DeviceWeights weights, SamArchitecture architecture, int layer) {
        String block = "image_encoder.blocks." + layer;
        this.kernels = kernels;
        this.global = architecture.isGlobal(layer);
        qkv = new NormedLinear(kernels, weights, block + ".norm1", block + ".attn.qkv");
        relH = weights.relativePositions(block + ".attn.rel_pos_h", layer);
        relW = weights.relativePositions(block + ".attn.rel_pos_w", layer);
        proj = weights.linear(block + ".attn.proj");
        lin1 = new NormedLinear(kernels, weights, block + ".norm2", block + ".mlp.lin1");
        lin2 = weights.linear(block + ".mlp.lin2");
    }

    /** Advances the tokens in {@link EncoderBuffers#tokens} by this block. */
    void run(Stream stream, EncoderBuffers on, int images) {
        int rows = EncoderBuffers.rows(images);
        qkv.run(stream, on, Linear.Activation.NONE, on.qkv, rows);
        attend(stream, on, images);
        kernels.addTokens(stream, on.normed, proj, on.tokens, rows, on, rows);
        lin1.run(stream, on, Linear.Activation.GELU, on.hidden, rows);
        kernels.addTokens(stream, on.hidden, lin2, on.tokens, rows, on, rows);
    }

    private void attend(Stream stream, EncoderBuffers on, int images) {
        if (global) {
            kernels.globalAttention.launch(stream, on.qkv, relH, relW, on.normed, images);
        } else {
            kernels.windowAttention.launch(stream, on.qkv, qkv.bias(), relH, relW, on.normed, images);
        }
    }
}
