package org.samfast.backend;

import org.samfast.image.Size;

/**
 * Work that a device's memory is planned for.
 *
 * @param images a call is to take at once, if they fit
 * @param prompts of each image, or points of everything mode
 * @param size of the largest image
 * @param everything whether it is everything mode
 * @param limit most bytes to take; 0 for what is free
 */
public record MemoryNeed(int images, int prompts, Size size, boolean everything, long limit) {
    /** IllegalArgumentException where there is no image, no prompt, or a negative limit. */
    public MemoryNeed {
        if (images < 1 || prompts < 1 || limit < 0) {
            throw new IllegalArgumentException("expected 1 image and 1 prompt or more, and a limit of 0 or more, got "
                    + images + ", " + prompts + ", " + limit);
        }
    }

    /**
     * {@return the same under another limit}
     *
     * @param bytes most to take; 0 for what is free
     */
    public MemoryNeed within(long bytes) {
        return new MemoryNeed(images, prompts, size, everything, bytes);
    }
}
