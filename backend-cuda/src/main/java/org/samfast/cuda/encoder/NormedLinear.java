package org.samfast.cuda.encoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.FoldedNorm;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** A norm of the tokens and the Linear after it: one after the other, or where that can be, the norm folded into the Linear. */
final class NormedLinear {
    private final EncoderKernels kernels;
    private final NormWeights norm;
    private final LinearWeights linear;
    /** What {@link FoldedNorm#fold} makes, or nothing. */
    private final DeviceBuffer folded;

    NormedLinear(EncoderKernels kernels, DeviceWeights weights, String norm, String linear) {
        this.kernels = kernels;
        this.norm = weights.norm(norm);
        this.linear = weights.linear(linear);
        FoldedNorm foldedNorm = kernels.foldedNorm;
        folded = foldedNorm == null ? DeviceBuffer.NONE : weights.fold(foldedNorm, this.norm, this.linear);
    }

    /** The Linear's own bias, without the norm's. */
    DeviceBuffer bias() {
        return linear.bias();
    }

    /** From {@link EncoderBuffers#tokens}, which {@link EncoderKernels#addTokens} has made. */
    void run(Stream stream, EncoderBuffers on, Linear.Activation activation, DeviceBuffer out, int rows) {
        FoldedNorm foldedNorm = kernels.foldedNorm;
        if (foldedNorm == null) {
            kernels.norm(stream, on.tokens, norm, on.normed, rows);
            kernels.linear.apply(stream, on.normed, linear, activation, out, rows);
        } else {
            foldedNorm.statistics(stream, on.partial, on.statistics, rows, norm.channels(), EncoderKernels.EPSILON);
            foldedNorm.apply(stream, on.tokens, linear, folded, on.statistics, activation, out, rows);
        }
    }
}
