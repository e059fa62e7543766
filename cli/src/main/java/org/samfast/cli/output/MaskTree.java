package org.samfast.cli.output;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.input.InputImage;
import org.samfast.everything.AutomaticMasks;
import org.samfast.file.AtomicFile;

/**
 * What everything mode writes per image, as Segment Anything's scripts/amg.py does: a folder {@code dog} of masks
 * {@code 0.png}, {@code 1.png}, ... and {@code metadata.csv}, or one file {@code dog.json}. Either appears whole or not at
 * all and replaces that of an earlier run.
 */
public final class MaskTree {
    private final Path folder;
    private final boolean asJson;

    public MaskTree(Path folder, boolean asJson) {
        this.folder = folder;
        this.asJson = asJson;
    }

    /** Empty, or a sentence that names two images of the same stem. */
    public Optional<String> conflict(List<Path> images) {
        Map<Path, Path> writers = new HashMap<>();
        for (Path image : images) {
            @Nullable Path other = writers.put(target(image), image);
            if (other != null) {
                return Optional.of(other + " and " + image + " would both write " + target(image)
                        + "; segment them in two runs with different output folders");
            }
        }
        return Optional.empty();
    }

    /**
     * Writes the masks of an image.
     *
     * @return the folder or file
     * @throws OutputException where it cannot be written
     */
    public Path write(Path image, AutomaticMasks found) throws OutputException {
        Path target = target(image);
        if (asJson) {
            OutputFile.write(target, out -> JsonText.python(out, json -> AutomaticMasksJson.write(json, found)));
            return target;
        }
        try {
            refuseForeign(target);
            AtomicFile.replaceFolder(target, made -> fill(made, found));
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
        return target;
    }

    private Path target(Path image) {
        String stem = new InputImage(image, folder).stem();
        return folder.resolve(asJson ? stem + ".json" : stem);
    }

    private static void fill(Path made, AutomaticMasks found) throws IOException {
        for (int id = 0; id < found.masks().size(); id++) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(made.resolve(id + ".png")))) {
                PngWriter.write(out, found.masks().get(id).segmentation().mask());
            }
        }
        Files.writeString(made.resolve("metadata.csv"), new MaskMetadata(found).csv());
    }

    /** What an earlier run wrote is replaced; a folder with anything else in it is not. */
    private static void refuseForeign(Path target) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> files = Files.list(target)) {
            Optional<Path> foreign = files.filter(file -> !isOwn(file)).findFirst();
            if (foreign.isPresent()) {
                throw new FileSystemException(
                        target.toString(),
                        null,
                        "it holds other files, such as " + foreign.get().getFileName());
            }
        }
    }

    private static boolean isOwn(Path file) {
        return String.valueOf(file.getFileName()).matches("\\d+\\.png|metadata\\.csv") && Files.isRegularFile(file);
    }
}
