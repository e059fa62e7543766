package org.samfast.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A trace file as a viewer reads it, held to docs/trace.schema.json and to the nesting that a track must have. */
public final class TraceEvents {
    private static final Path SCHEMA = Path.of(System.getProperty("sam.testdata"), "../docs/trace.schema.json");

    private final List<Map<String, String>> events = new ArrayList<>();

    private TraceEvents() {}

    public static TraceEvents read(Path file) throws IOException {
        String text = Files.readString(file);
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(Files.readString(SCHEMA))
                        .validate(text, InputFormat.JSON))
                .isEmpty();
        TraceEvents trace = new TraceEvents();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            while (json.nextToken() != JsonToken.START_ARRAY) {}
            while (json.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> event = new HashMap<>();
                readInto(event, json, "");
                trace.events.add(event);
            }
        }
        trace.checkNames();
        trace.checkNesting();
        return trace;
    }

    /** What is in an object within the event has a dotted name. */
    private static void readInto(Map<String, String> event, JsonParser json, String prefix) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = prefix + json.currentName();
            if (json.nextToken() == JsonToken.START_OBJECT) {
                readInto(event, json, name + ".");
            } else {
                event.put(name, json.getText());
            }
        }
    }

    /** Complete events of a category, in the order of the file. */
    public List<Map<String, String>> of(String category) {
        return events.stream()
                .filter(event -> category.equals(event.get("cat")))
                .toList();
    }

    public List<String> names(String category) {
        return of(category).stream()
                .map(event -> event.getOrDefault("name", ""))
                .toList();
    }

    /** Every track that something is on has a name, and so has its process. */
    private void checkNames() {
        List<String> named = events.stream()
                .filter(event -> "M".equals(event.get("ph")))
                .map(event -> event.get("name") + " " + event.get("pid") + " " + event.get("tid"))
                .toList();
        assertThat(named).doesNotHaveDuplicates();
        for (Map<String, String> event : complete()) {
            assertThat(named)
                    .contains(
                            "process_name " + event.get("pid") + " 0",
                            "thread_name " + event.get("pid") + " " + event.get("tid"));
        }
    }

    private List<Map<String, String>> complete() {
        return events.stream().filter(event -> "X".equals(event.get("ph"))).toList();
    }

    /** Of two events of a track one lies within the other, or they do not meet. */
    private void checkNesting() {
        complete().stream()
                .collect(Collectors.groupingBy(event -> event.get("pid") + " " + event.get("tid")))
                .values()
                .forEach(TraceEvents::checkTrack);
    }

    private static void checkTrack(List<Map<String, String>> track) {
        List<Map<String, String>> open = new ArrayList<>();
        Comparator<Map<String, String>> outerFirst = Comparator.<Map<String, String>, BigDecimal>comparing(
                        event -> number(event, "ts"))
                .thenComparing(event -> number(event, "dur"), Comparator.reverseOrder());
        for (Map<String, String> event : track.stream().sorted(outerFirst).toList()) {
            while (!open.isEmpty() && end(open.getLast()).compareTo(number(event, "ts")) <= 0) {
                open.removeLast();
            }
            if (!open.isEmpty()) {
                assertThat(end(event)).as(event + " within " + open.getLast()).isLessThanOrEqualTo(end(open.getLast()));
            }
            open.add(event);
        }
    }

    private static BigDecimal end(Map<String, String> event) {
        return number(event, "ts").add(number(event, "dur"));
    }

    public static BigDecimal number(Map<String, String> event, String field) {
        return new BigDecimal(event.getOrDefault(field, "no " + field));
    }
}
