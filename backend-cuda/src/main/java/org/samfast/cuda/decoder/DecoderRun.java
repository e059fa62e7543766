package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;

/**
 * One pass of the decoder over a list of pairs.
 *
 * @param tokens tokens per pair, padding included
 * @param counts [pairs] int, how many of them are real
 * @param imagePosition [4096][256] fp32
 */
record DecoderRun(int pairs, int tokens, DeviceBuffer counts, DeviceBuffer imagePosition) {
    int tokenRows() {
        return pairs * tokens;
    }

    int imageRows() {
        return pairs * DecoderBuffers.IMAGE_TOKENS;
    }

    /** Tokens attend to the image and add what they find; leaves keys plus position for what follows. */
    void attendToImage(Stream stream, DecoderBuffers on, DecoderKernels kernels, CrossAttention weights) {
        DeviceBuffer none = DeviceBuffer.NONE;
        kernels.addPosition.launch(stream, on.keys, imagePosition, on.keysAndPosition, imageRows());
        kernels.tokens(stream, on.queries, on.positions, weights.q(), none, on.q, tokenRows(), false);
        kernels.image(stream, on.keysAndPosition, weights.k(), none, on.imageFirst, imageRows());
        kernels.image(stream, on.keys, weights.v(), none, on.imageSecond, imageRows());
        kernels.tokenToImage.launch(stream, on.q, on.imageFirst, on.imageSecond, counts, on.attended, pairs, tokens);
        kernels.tokens(stream, on.attended, none, weights.out(), on.queries, on.queries, tokenRows(), false);
    }
}
