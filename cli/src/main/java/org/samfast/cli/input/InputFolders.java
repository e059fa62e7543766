package org.samfast.cli.input;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Where inside the output folder the results of each image belong. */
final class InputFolders {
    private InputFolders() {}

    /**
     * The images as they are; where two of different folders would get results of one name, all lie inside the output folder
     * as they do below the folder that they have in common.
     */
    static List<InputImage> distinct(List<InputImage> images) {
        return collide(images) ? mirrored(images) : images;
    }

    private static boolean collide(List<InputImage> images) {
        Map<Path, Path> folders = new HashMap<>();
        for (InputImage image : images) {
            Path name = image.below().resolve(image.stem().toLowerCase(Locale.ROOT));
            Path before = folders.putIfAbsent(name, parent(image));
            if (before != null && !before.equals(parent(image))) {
                return true;
            }
        }
        return false;
    }

    private static List<InputImage> mirrored(List<InputImage> images) {
        Path common = parent(images.getFirst());
        for (InputImage image : images) {
            while (!parent(image).startsWith(common)) {
                common = Objects.requireNonNull(common.getParent()); // the root holds all
            }
        }
        Path root = common;
        return images.stream()
                .map(image -> image.in(root.relativize(parent(image))))
                .toList();
    }

    private static Path parent(InputImage image) {
        Path file = ImageInputs.normal(image.file());
        return Objects.requireNonNullElse(file.getParent(), file);
    }
}
