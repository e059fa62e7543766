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
    public Optional<String> conflict(List<InputImage> images) {
        Map<Path, Path> writers = new HashMap<>();
        for (InputImage image : images) {
            @Nullable Path other = writers.put(target(image), image.file());
            if (other != null) {
                return Optional.of(other + " and " + image.file() + " would both write " + target(image)
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
    public Path write(InputImage image, AutomaticMasks found) throws OutputException {
        Path target = target(image);
        OutputFile.makeFolder(folder(image));
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

    /** Where the folder or file of an image lies. */
    public Path folder(InputImage image) {
        return folder.resolve(image.below());
    }

    /** The folder or file of an image. */
    public Path target(InputImage image) {
        return folder(image).resolve(asJson ? image.stem() + ".json" : image.stem());
    }

    /** All files of an image that are there. */
    public List<Path> files(InputImage image) throws OutputException {
        Path target = target(image);
        if (asJson) {
            return List.of(target);
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
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
