package org.samfast.backend;

import java.util.List;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.Prompt;

/**
 * An image, the objects asked for on it, and which of their masks to keep.
 *
 * @param prompts one or more, each of any kind
 */
public record SegmentRequest(RgbImage image, List<Prompt> prompts, MaskChoice choice) {
    public SegmentRequest {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("an image needs at least one prompt");
        }
    }
}
