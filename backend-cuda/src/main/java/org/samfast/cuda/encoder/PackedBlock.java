package org.samfast.cuda.encoder;

import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.PackedLinear.Out;
import org.samfast.cuda.weights.DeviceWeights;

/** A block of a model that has packed Linears: each as the file holds it, and the norms by themselves. */
final class PackedBlock extends EncoderBlock {
    private final NormWeights norm1;
    private final StoredLinear qkv;
    private final StoredLinear proj;
    private final NormWeights norm2;
    private final StoredLinear lin1;
    private final StoredLinear lin2;

    PackedBlock(
            EncoderKernels kernels,
            PackedKernels packed,
            DeviceWeights weights,
            SamArchitecture architecture,
            int layer) {
        super(kernels, weights, architecture, layer);
        String block = name(layer);
        norm1 = weights.norm(block + ".norm1");
        qkv = StoredLinear.of(kernels, packed, weights, block + ".attn.qkv");
        proj = StoredLinear.of(kernels, packed, weights, block + ".attn.proj");
        norm2 = weights.norm(block + ".norm2");
        lin2 = StoredLinear.of(kernels, packed, weights, block + ".mlp.lin2");
        lin1 = StoredLinear.before(lin2, kernels, packed, weights, block + ".mlp.lin1");
    }

    @Override
    void run(Stream stream, EncoderBuffers on, int images) {
        int rows = EncoderBuffers.rows(images);
        qkv.ofNorm(stream, on, norm1, Linear.Activation.NONE, Out.bf16(on.qkv), rows);
        if (proj instanceof Int8Linear next && next.inputFactors() != DeviceBuffer.NONE && attendsToInt8()) {
            attendToInt8(stream, on, qkv.bias(), next.inputFactors(), images);
            next.addQuantised(stream, on, on.quantised, rows);
        } else {
            attend(stream, on, qkv.bias(), images);
            proj.addTo(stream, on, on.normed, rows);
        }
        if (lin2 instanceof Int8Linear next && lin1 instanceof Int8Linear before && before.storesInt8()) {
            lin1.ofNorm(stream, on, norm2, Linear.Activation.GELU, new Out(on.hidden, next.inputFactors()), rows);
            next.addQuantised(stream, on, on.hidden, rows);
        } else {
            lin1.ofNorm(stream, on, norm2, Linear.Activation.GELU, Out.bf16(on.hidden), rows);
            lin2.addTo(stream, on, on.hidden, rows);
        }
    }
}
