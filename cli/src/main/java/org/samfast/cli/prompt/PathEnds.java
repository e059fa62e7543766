package org.samfast.cli.prompt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the images whose paths end in a given one, without comparing it with all of them. */
final class PathEnds {
    private final List<Path> images = new ArrayList<>();
    private final Map<String, List<Integer>> byName = new HashMap<>();

    PathEnds(List<Path> images) {
        for (Path image : images) {
            byName.computeIfAbsent(name(image), _ -> new ArrayList<>()).add(this.images.size());
            this.images.add(image.toAbsolutePath().normalize());
        }
    }

    /** Their positions in the list. */
    List<Integer> images(Path end) {
        Path normal = end.normalize();
        return byName.getOrDefault(name(normal), List.of()).stream()
                .filter(image -> images.get(image).endsWith(normal))
                .toList();
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
