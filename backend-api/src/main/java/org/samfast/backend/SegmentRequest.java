package org.samfast.backend;

import java.util.List;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.Prompt;

/**
 * An image, the objects asked for on it, and which of their masks to keep.
 *
 * @param image upright, of any size
 * @param prompts one or more, each of any kind
 * @param choice which of the decoder's outputs to keep of each prompt
 */
public record SegmentRequest(RgbImage image, List<Prompt> prompts, MaskChoice choice) {
    /** Copies {@code prompts}; IllegalArgumentException where there are none. */
    public SegmentRequest {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("an image needs at least one prompt");
        }
    }
}
