package org.samfast.cuda.decoder;

import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.StackedLinears;
import org.samfast.cuda.weights.DeviceWeights;

/** The image attends to the tokens, 8 heads of 16 channels, adds what it finds and is normalised. */
record FromImage(StackedLinears keysAndValues, ImageStep attend) {
    /** @param first whether from what the image's tokens are at first */
    static FromImage of(DeviceWeights weights, ImageSteps steps, String module, NormWeights norm, boolean first) {
        return new FromImage(
                weights.stacked(module + ".k_proj", module + ".v_proj"), steps.fromImage(weights, module, norm, first));
    }

    void run(Stream stream, DecoderBuffers on, DecoderKernels kernels, DecoderRun run) {
        kernels.project(stream, on, keysAndValues, 1, on.k, run.tokenRows()); // the values have no position
        attend.run(stream, on, run);
    }
}
