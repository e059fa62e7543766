package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** The image attends to the tokens, 8 heads of 16 channels, adds what it finds and is normalised. */
record FromImage(LinearWeights k, LinearWeights v, ImageStep attend) {
    /** @param first whether from what the image's tokens are at first */
    static FromImage of(DeviceWeights weights, ImageSteps steps, String module, NormWeights norm, boolean first) {
        return new FromImage(
                weights.tokenLinear(module + ".k_proj"),
                weights.tokenLinear(module + ".v_proj"),
                steps.fromImage(weights, module, norm, first));
    }

    void run(Stream stream, DecoderBuffers on, DecoderKernels kernels, DecoderRun run) {
        DeviceBuffer none = DeviceBuffer.NONE;
        kernels.tokens(stream, on.queries, on.positions, k, none, on.k, run.tokenRows(), false);
        kernels.tokens(stream, on.queries, none, v, none, on.v, run.tokenRows(), false);
        attend.run(stream, on, run);
    }
}
