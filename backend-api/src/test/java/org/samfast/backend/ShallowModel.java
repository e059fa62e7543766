package org.samfast.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.SafetensorsWriter;

/**
 * The built-in model less nine of its twelve layers, two in windows and a global one, with two of the sixteen photos that it is
 * calibrated on: all that a run does, in a fraction of the time. What the whole model finds is tested elsewhere.
 */
public final class ShallowModel {
    private static final Path MODELS =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models");
    private static final String NAME = "sam_vit_t.bf16.safetensors";
    private static final Pattern BLOCK = Pattern.compile("image_encoder\\.blocks\\.(\\d+)\\.");

    private ShallowModel() {}

    /** Writes it into a folder, made for it, that {@code -Dsam.models} can name; returns its file. */
    public static Path writeInto(Path folder) throws IOException {
        Path calibration = Files.createDirectories(folder.resolve("calibration"));
        try (Stream<Path> photos = Files.list(MODELS.resolve("calibration"))) {
            for (Path photo : photos.sorted().limit(2).toList()) {
                Files.copy(photo, calibration.resolve(photo.getFileName()));
            }
        }
        Path file = folder.resolve(NAME);
        List<SafetensorsWriter.Entry> kept = new ArrayList<>();
        try (Checkpoint whole = Checkpoint.open(MODELS.resolve(NAME))) {
            whole.tensors().forEach((name, tensor) -> {
                if (isKept(name)) {
                    kept.add(SafetensorsWriter.Entry.littleEndian(name, tensor.dtype(), tensor.shape(), tensor.data()));
                }
            });
            SafetensorsWriter.write(file, Map.of(), kept);
        }
        return file;
    }

    private static boolean isKept(String tensor) {
        Matcher block = BLOCK.matcher(tensor);
        return !block.lookingAt() || Integer.parseInt(block.group(1)) < 3;
    }
}
