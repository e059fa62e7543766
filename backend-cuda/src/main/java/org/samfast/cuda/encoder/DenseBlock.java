package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** A block whose Linears are all dense, with its norms folded into them where that can be. */
final class DenseBlock extends EncoderBlock {
    private final NormedLinear qkv;
    private final LinearWeights proj;
    private final NormedLinear lin1;
    private final LinearWeights lin2;

    DenseBlock(EncoderKernels kernels, DeviceWeights weights, SamArchitecture architecture, int layer) {
        super(kernels, weights, architecture, layer);
        String block = name(layer);
        qkv = new NormedLinear(kernels, weights, block + ".norm1", block + ".attn.qkv");
        proj = weights.linear(block + ".attn.proj");
        lin1 = new NormedLinear(kernels, weights, block + ".norm2", block + ".mlp.lin1");
        lin2 = weights.linear(block + ".mlp.lin2");
    }

    @Override
    void run(Stream stream, EncoderBuffers on, int images) {
        int rows = EncoderBuffers.rows(images);
        qkv.run(stream, on, Linear.Activation.NONE, on.qkv, rows);
        attend(stream, on, qkv.bias(), images);
        kernels.addTokens(stream, on.normed, proj, on.tokens, rows, on, rows);
        lin1.run(stream, on, Linear.Activation.GELU, on.hidden, rows);
        kernels.addTokens(stream, on.hidden, lin2, on.tokens, rows, on, rows);
    }
}
