package org.samfast.cuda.decoder;

import org.samfast.cuda.device.DeviceBuffer;

/**
 * One pass of the decoder over a list of pairs.
 *
 * @param images different first keys of the pairs
 * @param tokens tokens per pair, padding included
 * @param counts [pairs] int, how many of them are real
 * @param imagePosition [4096][256] fp32
 */
record DecoderRun(int pairs, int images, int tokens, DeviceBuffer counts, DeviceBuffer imagePosition) {
    int tokenRows() {
        return pairs * tokens;
    }

    int imageRows() {
        return pairs * DecoderBuffers.IMAGE_TOKENS;
    }

    int firstImageRows() {
        return images * DecoderBuffers.IMAGE_TOKENS;
    }
}
