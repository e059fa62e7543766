package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** One transformer block of the image encoder. Source: segment-anything image_encoder.py Block @dca509f. */
final class EncoderBlock {
    private final EncoderKernels kernels;
    private final boolean global;
    private final NormWeights norm1;
    private final LinearWeights qkv;
    private final DeviceBuffer relH;
    private final DeviceBuffer relW;
    private final LinearWeights proj;
    private final NormWeights norm2;
    private final LinearWeights lin1;
    private final LinearWeights lin2;

    EncoderBlock(EncoderKernels kernels, DeviceWeights weights, SamArchitecture architecture, int layer) {
        String block = "image_encoder.blocks." + layer;
        this.kernels = kernels;
        this.global = architecture.isGlobal(layer);
        norm1 = weights.norm(block + ".norm1");
        qkv = weights.linear(block + ".attn.qkv");
        relH = weights.matrix(block + ".attn.rel_pos_h");
        relW = weights.matrix(block + ".attn.rel_pos_w");
        proj = weights.linear(block + ".attn.proj");
        norm2 = weights.norm(block + ".norm2");
        lin1 = weights.linear(block + ".mlp.lin1");
        lin2 = weights.linear(block + ".mlp.lin2");
    }

    /** Advances the tokens in {@link EncoderBuffers#tokens} by this block. */
    void run(Stream stream, EncoderBuffers on, int images) {
        int rows = EncoderBuffers.rows(images);
        kernels.norm(stream, on.tokens, norm1, on.normed, rows);
        kernels.linear.apply(stream, on.normed, qkv, Linear.Activation.NONE, on.qkv, rows);
        attend(stream, on, images);
        kernels.linear.applyPlus(stream, on.normed, proj, on.tokens, rows, on.tokens, rows);
        kernels.norm(stream, on.tokens, norm2, on.normed, rows);
        kernels.linear.apply(stream, on.normed, lin1, Linear.Activation.GELU, on.hidden, rows);
        kernels.linear.applyPlus(stream, on.hidden, lin2, on.tokens, rows, on.tokens, rows);
    }

    private void attend(Stream stream, EncoderBuffers on, int images) {
        if (global) {
            kernels.globalAttention.launch(stream, on.qkv, relH, relW, on.normed, images);
        } else {
            kernels.windowAttention.launch(stream, on.qkv, qkv.bias(), relH, relW, on.normed, images);
        }
    }
}
