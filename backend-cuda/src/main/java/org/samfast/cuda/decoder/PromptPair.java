package org.samfast.cuda.decoder;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.MaskPrompt;

/**
 * One prompt on one image.
 *
 * @param embedding the image's, [4096][256] of the element
 * @param points in the encoder's frame
 * @param mask null for none
 */
public record PromptPair(
        DeviceBuffer embedding,
        List<EncoderPoint> points,
        @Nullable MaskPrompt mask) {
    /** Tokens in the decoder: IoU, four masks, one per point. */
    int tokens() {
        return 1 + DecoderBuffers.MASKS + points.size();
    }
}
