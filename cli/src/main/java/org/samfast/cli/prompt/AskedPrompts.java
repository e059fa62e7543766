package org.samfast.cli.prompt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.samfast.cli.input.ImageInputs.Problem;
import org.samfast.image.ImageException;
import org.samfast.prompt.Prompt;

/**
 * What is asked for on each image of a run.
 *
 * @param perImage in the order of the images; empty for an image that is left out, of which a problem tells
 * @param problems images without a prompt, and prompts without an image
 */
public record AskedPrompts(List<List<Prompt>> perImage, List<Problem> problems) {
    /** The same on all images. */
    public static AskedPrompts same(List<Prompt> prompts, int images) {
        return new AskedPrompts(Collections.nCopies(images, prompts), List.of());
    }

    /** What the file asks for on each of them. */
    public static AskedPrompts of(PromptFile file, List<Path> images) throws IOException {
        List<List<Prompt>> perImage = file.of(images);
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            if (perImage.get(i).isEmpty()) {
                Path image = images.get(i);
                problems.add(new Problem(image.toString(), new ImageException(file.nothingAsked(image))));
            }
        }
        file.unused(images)
                .forEach(unused -> problems.add(new Problem(unused.image(), new ImageException(unused.why()))));
        return new AskedPrompts(perImage, problems);
    }

    /** The most objects of an image. */
    public int most() {
        return perImage.stream().mapToInt(List::size).max().orElse(0);
    }
}
