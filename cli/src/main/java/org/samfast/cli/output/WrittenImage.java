package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.image.Size;
import org.samfast.prompt.Prompt;

/**
 * All that was found on one image and where it was written.
 *
 * @param model architecture of the weights
 * @param weights their file
 * @param backend description of what computed
 * @param overlay null where that format was not asked for
 * @param rle null where that format was not asked for
 */
public record WrittenImage(
        Path image,
        Size size,
        String model,
        String weights,
        String backend,
        List<Prompt> prompts,
        List<WrittenMask> masks,
        @Nullable Path overlay,
        @Nullable Path rle) {}
