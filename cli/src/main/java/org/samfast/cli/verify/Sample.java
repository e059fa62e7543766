package org.samfast.cli.verify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.samfast.checkpoint.TensorFile;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * The photo and the prompt that a backend is verified on, and what the built-in model makes of them: testdata/golden/verify/make.py
 * says how that was computed.
 */
final class Sample {
    private Sample() {}

    static Prompt prompt() {
        return new Prompt(List.of(new ImagePoint(150, 120, true)), new ImageBox(60, 40, 260.5, 200), null);
    }

    static RgbImage photo() throws IOException {
        Path file = extracted("photo.png");
        try {
            return ImageReader.read(file, ImageReader.DEFAULT_PIXEL_LIMIT);
        } finally {
            Files.delete(file);
        }
    }

    /** By stage, as {@link StageSamples} keeps them. */
    static Map<String, float[]> stored() throws IOException {
        Path file = extracted("stages.safetensors");
        try (TensorFile stages = TensorFile.open(file)) {
            Map<String, float[]> samples = new HashMap<>();
            stages.tensors().forEach((name, tensor) -> samples.put(name, tensor.toFloats()));
            return samples;
        } finally {
            Files.delete(file);
        }
    }

    private static Path extracted(String resource) throws IOException {
        Path file = Files.createTempFile("sam-verify", resource);
        try (InputStream in = Objects.requireNonNull(Sample.class.getResourceAsStream(resource), resource)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }
}
