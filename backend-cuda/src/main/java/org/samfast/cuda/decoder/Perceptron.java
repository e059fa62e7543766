package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.weights.DeviceWeights;

/** Three Linears with ReLU between, on one token of every pair. Source: segment-anything mask_decoder.py MLP @dca509f. */
record Perceptron(LinearWeights first, LinearWeights second, LinearWeights third) {
    static Perceptron of(DeviceWeights weights, String module) {
        return new Perceptron(
                weights.tokenLinear(module + ".layers.0"),
                weights.tokenLinear(module + ".layers.1"),
                weights.tokenLinear(module + ".layers.2"));
    }

    /** From token {@code token} of every pair to one row of {@code out} every {@code outStride} floats. */
    void run(
            Stream stream,
            DecoderBuffers on,
            DecoderKernels kernels,
            DecoderRun run,
            int token,
            DeviceBuffer out,
            int outStride) {
        int channels = DecoderBuffers.CHANNELS;
        long offset = (long) token * channels * Float.BYTES;
        DeviceBuffer in = on.queries.slice(offset, on.queries.bytes() - offset);
        int pairs = run.pairs();
        kernels.everyToken(stream, in, run.tokens() * channels, first, on.q, channels, pairs, true);
        kernels.everyToken(stream, on.q, channels, second, on.k, channels, pairs, true);
        kernels.everyToken(stream, on.k, channels, third, out, outStride, pairs, false);
    }
}
