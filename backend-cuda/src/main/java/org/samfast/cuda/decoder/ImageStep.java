package org.samfast.cuda.decoder;

import org.samfast.cuda.device.Stream;

/** One of the decoder's steps over the image's tokens of every pair. */
interface ImageStep {
    void run(Stream stream, DecoderBuffers on, DecoderRun run);
}
