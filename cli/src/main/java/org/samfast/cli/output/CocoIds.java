package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ids that a COCO file has given away: they stay, and new ones follow the largest. */
final class CocoIds {
    private final Map<String, Long> images = new HashMap<>();
    private final Map<String, Long> categories = new LinkedHashMap<>();
    private final Map<Long, List<Long>> annotations = new HashMap<>();
    private long lastImage;
    private long lastCategory;
    private long lastAnnotation;

    private CocoIds() {}

    /**
     * Those of a file; none where there is no file.
     *
     * @throws IOException where it is not a COCO file, with the line
     */
    static CocoIds of(Path file) throws IOException {
        CocoIds ids = new CocoIds();
        if (Files.exists(file)) {
            try (JsonParser in = JsonText.parser(file)) {
                CocoElements.read(in, ids::element);
            }
        }
        return ids;
    }

    private void element(String list, CocoElements.Element element) throws IOException {
        switch (list) {
            case "images" -> {
                images.putIfAbsent(element.text("file_name"), element.number("id"));
                lastImage = Math.max(lastImage, element.number("id"));
            }
            case "categories" -> {
                categories.putIfAbsent(element.text("name"), element.number("id"));
                lastCategory = Math.max(lastCategory, element.number("id"));
            }
            case "annotations" -> {
                annotations
                        .computeIfAbsent(element.number("image_id"), _ -> new ArrayList<>(1))
                        .add(element.number("id"));
                lastAnnotation = Math.max(lastAnnotation, element.number("id"));
            }
            default -> {}
        }
    }

    /** Names of the images; a copy. */
    Set<String> images() {
        return new HashSet<>(images.keySet());
    }

    boolean hasImage(String fileName) {
        return images.containsKey(fileName);
    }

    /** The id of an image, a new one where it has none. */
    long image(String fileName) {
        return images.computeIfAbsent(fileName, _ -> ++lastImage);
    }

    boolean hasCategory(String name) {
        return categories.containsKey(name);
    }

    /** The id of a category, a new one where it has none. */
    long category(String name) {
        return categories.computeIfAbsent(name, _ -> ++lastCategory);
    }

    /** The id of an image's k-th annotation, from 0: the one it had, or a new one. */
    long annotation(long image, int k) {
        List<Long> old = annotations.getOrDefault(image, List.of());
        return k < old.size() ? old.get(k) : ++lastAnnotation;
    }
}
