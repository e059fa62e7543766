package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** Tokens attend to the image, 8 heads of 16 channels, and add what they find. */
record ToImage(LinearWeights q, ImageStep attend, LinearWeights out) {
    /** @param first whether to what the image's tokens are at first */
    static ToImage of(DeviceWeights weights, ImageSteps steps, String module, boolean first) {
        return new ToImage(
                weights.tokenLinear(module + ".q_proj"),
                steps.toImage(weights, module, first),
                weights.tokenLinear(module + ".out_proj"));
    }

    void run(Stream stream, DecoderBuffers on, DecoderKernels kernels, DecoderRun run) {
        int rows = run.tokenRows();
        kernels.tokens(stream, on.queries, on.positions, q, DeviceBuffer.NONE, on.q, rows, false);
        attend.run(stream, on, run);
        kernels.tokens(stream, on.attended, DeviceBuffer.NONE, out, on.queries, on.queries, rows, false);
    }
}
