package org.samfast.cuda.decoder;

import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * The weights of the upscaling. A transposed convolution of size 2 and stride 2 gives each pixel its own 2x2 block, so it is a
 * Linear from in to (2, 2, out) channels; only the finished masks are put in the order of pixels. Source: segment-anything
 * mask_decoder.py MaskDecoder @dca509f.
 */
record Upscaling(LinearWeights first, NormWeights norm, LinearWeights second) {
    /** Of a 2x2 block. */
    static final int PLACES = 4;

    private static final String MODULE = "mask_decoder.output_upscaling";

    static Upscaling of(DeviceWeights weights) {
        int channels = DecoderBuffers.CHANNELS;
        return new Upscaling(
                doubling(weights, MODULE + ".0", channels, channels / 4),
                weights.norm(MODULE + ".1"),
                doubling(weights, MODULE + ".3", channels / 4, DecoderBuffers.UPSCALED));
    }

    /** A transposed convolution's weight [in][out][2][2] as that of a Linear, [2][2][out][in], with its bias four times. */
    private static LinearWeights doubling(DeviceWeights weights, String module, int in, int out) {
        float[] stored = weights.floats(module + ".weight");
        float[] ordered = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            int place = i % PLACES;
            int outChannel = i / PLACES % out;
            int inChannel = i / (PLACES * out);
            ordered[(place * out + outChannel) * in + inChannel] = stored[i];
        }
        float[] bias = weights.floats(module + ".bias");
        float[] biases = new float[PLACES * out];
        for (int i = 0; i < biases.length; i++) {
            biases[i] = bias[i % out];
        }
        return new LinearWeights(
                weights.matrix(module + ".weight", ordered),
                weights.vector(module + ".bias", biases),
                PLACES * out,
                in);
    }
}
