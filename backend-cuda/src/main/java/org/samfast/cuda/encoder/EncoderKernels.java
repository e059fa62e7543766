package org.samfast.cuda.encoder;

import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.FoldedNorm;
import org.samfast.cuda.kernel.GlobalAttention;
import org.samfast.cuda.kernel.LayerNorm;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NeckGather;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.WindowAttention;

/** The kernels of the image encoder, with its epsilon. */
final class EncoderKernels {
    static final float EPSILON = 1e-6f;

    final WindowAttention windowAttention;
    final GlobalAttention globalAttention;
    final NeckGather neckGather;
    final Linear linear;
    /** Null where norms are made by themselves. */
    final @Nullable FoldedNorm foldedNorm;

    /** Null where all Linears are dense. Then no norm is folded: packed Linears leave no sums of rows. */
    final @Nullable PackedKernels packed;

    private final LayerNorm layerNorm;

    EncoderKernels(Device device, SamArchitecture architecture, Element element, boolean withPacked) {
        linear = new Linear(device, element);
        packed = withPacked ? new PackedKernels(device) : null;
        foldedNorm = withPacked ? null : FoldedNorm.of(device, element, architecture.width());
        layerNorm = new LayerNorm(device, element);
        windowAttention = new WindowAttention(device, element, architecture.heads(), architecture.headDim());
        globalAttention = new GlobalAttention(device, element, architecture.heads(), architecture.headDim());
        neckGather = new NeckGather(device, element);
    }

    void norm(Stream stream, DeviceBuffer in, NormWeights weights, DeviceBuffer out, int rows) {
        layerNorm.apply(stream, in, weights, out, rows, EPSILON, false);
    }

    /** {@code tokens = weights(in) + residual}, and what the norm after it needs. */
    void addTokens(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer residual,
            int residualRows,
            EncoderBuffers on,
            int rows) {
        if (foldedNorm == null) {
            linear.applyPlus(stream, in, weights, residual, residualRows, on.tokens, rows);
        } else {
            foldedNorm.applyPlus(stream, in, weights, residual, residualRows, on.tokens, on.partial, rows);
        }
    }
}
