package org.samfast.backend;

import java.util.List;
import org.samfast.prompt.Prompt;

/**
 * An image's embedding with the objects asked for on it; any number of prompts, each of any kind.
 *
 * @param embedding of the image, made by the backend that is to predict
 * @param prompts one or more objects, in pixels of the image
 */
public record PromptedImage(ImageEmbedding embedding, List<Prompt> prompts) {
    /** Copies {@code prompts}; IllegalArgumentException where there are none. */
    public PromptedImage {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("an image needs at least one prompt");
        }
    }
}
