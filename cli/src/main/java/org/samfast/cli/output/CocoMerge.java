package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;

/**
 * A COCO file with a journal's images: new ones at the end of its lists; of those that it has already the annotations are
 * replaced. All else in the file stays as it is. Neither is ever in memory as a whole.
 */
final class CocoMerge {
    private final Path old;
    private final CocoJournal journal;
    private final CocoIds ids;
    private final SortedMap<String, CocoJournal.Line> records;
    private final List<String> newImages = new ArrayList<>();
    private final Set<Long> replaced = new HashSet<>();
    private final Set<String> newCategories = new LinkedHashSet<>();

    CocoMerge(Path old, CocoJournal journal) throws IOException {
        this.old = old;
        this.journal = journal;
        ids = CocoIds.of(old);
        records = journal.images();
        for (Map.Entry<String, CocoJournal.Line> entry : records.entrySet()) {
            if (ids.hasImage(entry.getKey())) {
                replaced.add(ids.image(entry.getKey()));
            } else {
                newImages.add(entry.getKey());
            }
            for (CocoRecord.Annotation annotation :
                    journal.record(entry.getValue()).annotations()) {
                if (!ids.hasCategory(annotation.category())) {
                    newCategories.add(annotation.category());
                }
            }
        }
    }

    /** Writes the new file, an element of a list per line. */
    void writeTo(OutputStream out) throws IOException {
        try (JsonGenerator json = JsonText.lineByLine(out)) {
            json.writeStartObject();
            Set<String> missing = new LinkedHashSet<>(List.of("images", "annotations", "categories"));
            if (Files.exists(old)) {
                try (JsonParser in = JsonText.parser(old)) {
                    copy(in, json, missing);
                }
            } else {
                json.writeObjectFieldStart("info");
                json.writeStringField("description", "masks found by sam");
                json.writeEndObject();
            }
            for (String list : missing) {
                json.writeArrayFieldStart(list);
                add(list, json);
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private void copy(JsonParser in, JsonGenerator json, Set<String> missing) throws IOException {
        in.nextToken();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            if (missing.remove(name)) {
                json.writeArrayFieldStart(name);
                CocoElements.elements(in, element -> copy(name, element, json));
                add(name, json);
                json.writeEndArray();
            } else {
                json.writeFieldName(name);
                json.copyCurrentStructure(in);
            }
        }
    }

    private void copy(String list, CocoElements.Element element, JsonGenerator json) throws IOException {
        String copy = element.copy(_ -> true);
        if (!list.equals("annotations") || !replaced.contains(element.number("image_id"))) {
            json.writeRawValue(copy);
        }
    }

    private void add(String list, JsonGenerator json) throws IOException {
        switch (list) {
            case "images" -> addImages(json);
            case "annotations" -> addAnnotations(json);
            default -> addCategories(json);
        }
    }

    private void addImages(JsonGenerator json) throws IOException {
        for (String name : newImages) {
            CocoRecord record = journal.record(record(name));
            json.writeRawValue(JsonText.line(line -> {
                line.writeStartObject();
                line.writeNumberField("id", ids.image(name));
                line.writeStringField("file_name", name);
                line.writeNumberField("width", record.width());
                line.writeNumberField("height", record.height());
                line.writeEndObject();
            }));
        }
    }

    private CocoJournal.Line record(String name) {
        return Objects.requireNonNull(records.get(name));
    }

    private void addAnnotations(JsonGenerator json) throws IOException {
        for (Map.Entry<String, CocoJournal.Line> entry : records.entrySet()) {
            long image = ids.image(entry.getKey());
            int k = 0;
            for (CocoRecord.Annotation annotation :
                    journal.record(entry.getValue()).annotations()) {
                json.writeRawValue("{\"id\":" + ids.annotation(image, k++) + ",\"image_id\":" + image
                        + ",\"category_id\":" + ids.category(annotation.category()) + ","
                        + annotation.fields().substring(1));
            }
        }
    }

    private void addCategories(JsonGenerator json) throws IOException {
        for (String name : newCategories) {
            json.writeRawValue(JsonText.line(line -> {
                line.writeStartObject();
                line.writeNumberField("id", ids.category(name));
                line.writeStringField("name", name);
                line.writeStringField("supercategory", "");
                line.writeEndObject();
            }));
        }
    }
}
