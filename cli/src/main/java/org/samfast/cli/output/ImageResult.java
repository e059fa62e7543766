package org.samfast.cli.output;

import java.nio.file.Path;
import java.util.List;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.prompt.Prompt;

/**
 * All that was found on one image: what every format is written from.
 *
 * @param file the image's file
 * @param prompts one per object
 * @param masks ordered by object
 * @param names of the files that are written
 */
public record ImageResult(
        Path file,
        RgbImage image,
        List<Prompt> prompts,
        MaskPrediction prediction,
        List<MaskResult> masks,
        ResultWriter.Origin origin,
        OutputNames names) {
    public Size size() {
        return image.size();
    }
}
