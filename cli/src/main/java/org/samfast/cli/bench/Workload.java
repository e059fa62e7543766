package org.samfast.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.SegmentRequest;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.output.PngWriter;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskChoice;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * What is timed and compared: one click in each cell of a 4x2 grid of every image, three masks for each.
 *
 * @param perImage the decoder gets one image at a time, instead of the prompts of all images at once
 */
record Workload(SamBackend backend, boolean perImage) {
    static final int PROMPTS = 8;

    private static final int COLUMNS = 4;
    private static final int ROWS = 2;
    static final MaskRequest THREE_MASKS_EACH = new MaskRequest(Collections.nCopies(PROMPTS, List.of(1, 2, 3)));

    /** From images in host memory to masks of their size, in the order of image, prompt, output. */
    List<BinaryMask> endToEnd(List<RgbImage> images) {
        return perImage ? imageByImage(images) : together(images);
    }

    private List<BinaryMask> together(List<RgbImage> images) {
        return backend.segment(requests(images)).stream()
                .flatMap(found -> found.masks().stream())
                .map(ScoredMask::mask)
                .toList();
    }

    static List<SegmentRequest> requests(List<RgbImage> images) {
        return images.stream()
                .map(image -> new SegmentRequest(image, prompts(image.size()), MaskChoice.MULTIMASK))
                .toList();
    }

    private List<BinaryMask> imageByImage(List<RgbImage> images) {
        List<ImageEmbedding> embeddings = backend.embed(images);
        try {
            List<BinaryMask> masks = new ArrayList<>();
            embeddings.forEach(embedding -> masks.addAll(masks(List.of(embedding))));
            return masks;
        } finally {
            embeddings.forEach(ImageEmbedding::close);
        }
    }

    /** The same for images that are encoded already. */
    List<BinaryMask> masks(List<ImageEmbedding> embeddings) {
        List<BinaryMask> masks = new ArrayList<>();
        for (MaskPrediction prediction : backend.predict(prompted(embeddings))) {
            backend.finish(prediction, THREE_MASKS_EACH).stream()
                    .map(ScoredMask::mask)
                    .forEach(masks::add);
        }
        return masks;
    }

    /** The decoder alone. */
    void decode(List<ImageEmbedding> embeddings) {
        List<PromptedImage> all = prompted(embeddings);
        if (perImage) {
            all.forEach(one -> backend.predict(List.of(one)));
        } else {
            backend.predict(all);
        }
    }

    /** From image files to a PNG per mask: reads all, computes, writes all; reading and writing on all cores. */
    void withFiles(List<Path> files, Path folder) {
        List<RgbImage> images = files.parallelStream().map(Workload::read).toList();
        List<BinaryMask> masks = endToEnd(images);
        IntStream.range(0, masks.size())
                .parallel()
                .forEach(i -> write(folder.resolve("mask" + i + ".png"), masks.get(i)));
    }

    static RgbImage read(Path file) {
        try {
            return ImageReader.read(file, ImageReader.DEFAULT_PIXEL_LIMIT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, BinaryMask mask) {
        try {
            OutputFile.write(file, out -> PngWriter.write(out, mask));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<PromptedImage> prompted(List<ImageEmbedding> embeddings) {
        return embeddings.stream()
                .map(embedding -> new PromptedImage(embedding, prompts(embedding.imageSize())))
                .toList();
    }

    private static List<Prompt> prompts(Size size) {
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            double x = (i % COLUMNS + 0.5) / COLUMNS * size.width();
            double y = (Math.floorDiv(i, COLUMNS) + 0.5) / ROWS * size.height();
            prompts.add(Prompt.points(new ImagePoint(x, y, true)));
        }
        return prompts;
    }
}
