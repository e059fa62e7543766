package org.samfast.cli.resume;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.samfast.cli.output.JsonText;

/**
 * One image in a {@link Journal}: {@code {"image":"/photos/a.jpg","key":"5e1f...","files":{"a.mask.png":1234}}}.
 *
 * @param image for people
 * @param key identifies the image, what was asked on it and how its results are called
 * @param files their sizes by path from the output folder
 */
record JournalLine(String image, String key, Map<String, Long> files) {
    private static final JsonFactory JSON = new JsonFactory();

    static String header(String run) {
        return line(json -> {
            json.writeStartObject();
            json.writeStringField("run", run);
            json.writeEndObject();
        });
    }

    /** With the sizes that the files have now. */
    static JournalLine of(Path folder, String key, Path image, List<Path> files) throws IOException {
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (Path file : files) {
            sizes.put(folder.relativize(file).toString(), Files.size(file));
        }
        return new JournalLine(image.toString(), key, sizes);
    }

    String text() {
        return line(json -> {
            json.writeStartObject();
            json.writeStringField("image", image);
            json.writeStringField("key", key);
            json.writeObjectFieldStart("files");
            for (Map.Entry<String, Long> file : files.entrySet()) {
                json.writeNumberField(file.getKey(), file.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static String line(JsonText.Content content) {
        try {
            return JsonText.line(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty where it is not such a line, or only the first part of one. */
    static Optional<JournalLine> parse(String text) {
        String image = "";
        String key = "";
        Map<String, Long> files = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "image" -> image = json.getText();
                    case "key" -> key = json.getText();
                    case "files" -> {
                        while (json.nextToken() == JsonToken.FIELD_NAME) {
                            files.put(json.currentName(), json.nextLongValue(-1));
                        }
                    }
                    default -> json.skipChildren();
                }
            }
            boolean whole = json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null;
            return whole && !key.isEmpty() ? Optional.of(new JournalLine(image, key, files)) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty(); // torn: the image is done anew
        }
    }

    /** Whether every file is there with its size. */
    boolean isThere(Path folder) {
        return files.entrySet().stream().allMatch(file -> isThere(folder, file.getKey(), file.getValue()));
    }

    private static boolean isThere(Path folder, String name, long size) {
        try {
            return Files.size(folder.resolve(name)) == size;
        } catch (IOException | InvalidPathException _) {
            return false;
        }
    }
}
