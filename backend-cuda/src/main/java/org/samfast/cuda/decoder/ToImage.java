package org.samfast.cuda.decoder;

import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.StackedLinears;
import org.samfast.cuda.weights.DeviceWeights;

/** Tokens attend to the image, 8 heads of 16 channels, and add what they find. */
record ToImage(StackedLinears q, ImageStep attend, StackedLinears out) {
    /** @param first whether to what the image's tokens are at first */
    static ToImage of(DeviceWeights weights, ImageSteps steps, String module, boolean first) {
        return new ToImage(
                weights.stacked(module + ".q_proj"),
                steps.toImage(weights, module, first),
                weights.stacked(module + ".out_proj"));
    }

    void run(Stream stream, DecoderBuffers on, DecoderKernels kernels, DecoderRun run) {
        kernels.project(stream, on, q, 1, on.q, run.tokenRows());
        attend.run(stream, on, run);
        kernels.join(stream, on, out, on.queries, run.tokenRows());
    }
}
