package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.samfast.cli.input.InputImage;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/** Writes masks as a run of {@code sam segment} does, without a model. */
record WrittenFiles(Path folder, List<String> classes, double tolerance, double softEdge, OutputFormat... formats) {
    private static final ResultWriter.Origin ORIGIN = new ResultWriter.Origin("vit_t", "weights", "backend");

    /** One run over one image, an object per mask. */
    ImageResult of(String image, BinaryMask... masks) throws IOException {
        Size size = masks[0].size();
        return of(image, new RgbImage(size, new byte[3 * (int) size.area()]), masks);
    }

    ImageResult of(String image, RgbImage photo, BinaryMask... masks) throws IOException {
        try (ResultWriter writer = new ResultWriter(settings())) {
            ImageResult written = write(writer, settings(), image, photo, masks);
            writer.finish();
            return written;
        }
    }

    OutputSettings settings() {
        Set<OutputFormat> all = EnumSet.copyOf(Arrays.asList(formats));
        return new OutputSettings(folder, all, false, classes, tolerance, softEdge);
    }

    static ImageResult write(
            ResultWriter writer, OutputSettings settings, String image, RgbImage photo, BinaryMask... masks)
            throws IOException {
        List<Prompt> prompts = IntStream.range(0, masks.length)
                .mapToObj(i -> Prompt.points(new ImagePoint(0, 0, true)))
                .toList();
        List<ScoredMask> scored = IntStream.range(0, masks.length)
                .mapToObj(i -> new ScoredMask(i, 0, 0.5f, masks[i]))
                .toList();
        int values = masks.length * LowResLogits.MASKS;
        LowResLogits logits = new LowResLogits(new float[values * LowResLogits.SIDE * LowResLogits.SIDE], masks.length);
        MaskPrediction prediction = new MaskPrediction(photo.size(), logits, new float[values]);
        Path file = Path.of(image);
        InputImage input = new InputImage(file, Path.of(""));
        OutputNames names = OutputPlan.of(settings, List.of(input)).names().getFirst();
        return writer.write(file, names, photo, prompts, new Segmentation(prediction, scored), ORIGIN);
    }
}
