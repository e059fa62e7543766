package org.samfast.backend;

import java.util.List;
import org.samfast.prompt.Prompt;

/** An image's embedding with the objects asked for on it; any number of prompts, each of any kind. */
public record PromptedImage(ImageEmbedding embedding, List<Prompt> prompts) {
    public PromptedImage {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("an image needs at least one prompt");
        }
    }
}
