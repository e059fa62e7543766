package org.samfast.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.samfast.checkpoint.TensorFile;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

/** Prompts with golden outputs, as testdata/golden/segment/make.py gives them to the oracle. */
enum GoldenPrompt {
    POINT(new ImagePoint(400, 270, true)),
    POINTS(new ImagePoint(400, 270, true), new ImagePoint(300, 200, false), new ImagePoint(420.5, 300.25, true)),
    BOX,
    POINTS_BOX(new ImagePoint(400, 270, true)),
    POINT_MASK(new ImagePoint(400, 270, true)),
    MASK;

    private static final Path GOLDEN = Path.of(System.getProperty("sam.testdata"), "golden/segment");

    private final List<ImagePoint> points;

    GoldenPrompt(ImagePoint... points) {
        this.points = List.of(points);
    }

    Prompt prompt() {
        boolean box = this == BOX || this == POINTS_BOX;
        boolean mask = this == POINT_MASK || this == MASK;
        return new Prompt(
                points,
                box ? new ImageBox(150, 100, 500.5, 400) : null,
                mask ? new MaskPrompt(golden("mask_input", "mask_input")) : null);
    }

    float[] expected(String tensor) {
        return golden(name().toLowerCase(Locale.ROOT), tensor);
    }

    private static float[] golden(String file, String tensor) {
        try (TensorFile golden = TensorFile.open(GOLDEN.resolve(file + ".safetensors"))) {
            return golden.tensor(tensor).toFloats();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
