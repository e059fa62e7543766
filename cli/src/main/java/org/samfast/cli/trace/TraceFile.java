package org.samfast.cli.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.backend.TraceRecorder;
import org.samfast.backend.TraceSpan;
import org.samfast.cli.output.JsonText;
import org.samfast.cli.output.OutputFile;

/**
 * Spans of a run, for a file in the trace-event format that Perfetto and Chrome open: host and device are processes of their
 * own, each thread of the host has a track. For any thread.
 */
public final class TraceFile implements TraceRecorder {
    private static final int HOST = 1;
    private static final int DEVICE = 2;
    private static final int DEVICE_THREAD = 1;

    /** A span with the track that it is on. */
    private record Event(TraceSpan span, int process, int thread) {}

    private final List<Event> events = new ArrayList<>();
    private final Map<String, Integer> threads = new LinkedHashMap<>();

    @Override
    public synchronized void add(TraceSpan span) {
        if (span.kind().isOnDevice()) {
            events.add(new Event(span, DEVICE, DEVICE_THREAD));
        } else {
            String name = Thread.currentThread().getName();
            int thread = threads.computeIfAbsent(name, _ -> threads.size() + 1);
            events.add(new Event(span, HOST, thread));
        }
    }

    /** Does that, as a stage. */
    public <T> T stage(String name, Stage<T> stage) throws IOException {
        long start = System.nanoTime();
        T result = stage.run();
        add(TraceSpan.stage(name, start));
        return result;
    }

    /** What a stage does. */
    @FunctionalInterface
    public interface Stage<T> {
        T run() throws IOException;
    }

    /** The spans until now. */
    public synchronized List<TraceSpan> spans() {
        return events.stream().map(Event::span).toList();
    }

    /**
     * Writes the file, whole or not at all; times count from the first span.
     *
     * @param about what run it was, for whoever opens the file; its {@code device} names the device's process
     */
    public synchronized void write(Path file, Map<String, String> about) throws IOException {
        long zero = events.stream()
                .mapToLong(event -> event.span.startNanos())
                .min()
                .orElse(0);
        OutputFile.write(file, out -> {
            try (JsonGenerator json = JsonText.lineByLine(out)) {
                write(json, about, zero);
                json.writeRaw('\n');
            }
        });
    }

    private void write(JsonGenerator json, Map<String, String> about, long zero) throws IOException {
        json.writeStartObject();
        json.writeStringField("displayTimeUnit", "ms");
        json.writeObjectFieldStart("otherData");
        for (Map.Entry<String, String> entry : about.entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("traceEvents");
        writeNames(json, about.getOrDefault("device", "device"));
        for (Event event : events) {
            write(json, event, zero);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeNames(JsonGenerator json, String device) throws IOException {
        writeName(json, "process_name", HOST, 0, "host");
        for (Map.Entry<String, Integer> thread : threads.entrySet()) {
            writeName(json, "thread_name", HOST, thread.getValue(), thread.getKey());
        }
        if (events.stream().anyMatch(event -> event.process == DEVICE)) {
            writeName(json, "process_name", DEVICE, 0, device);
            writeName(json, "thread_name", DEVICE, DEVICE_THREAD, "kernels and copies");
        }
    }

    private static void writeName(JsonGenerator json, String what, int process, int thread, String name)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("ph", "M");
        json.writeStringField("name", what);
        json.writeNumberField("pid", process);
        json.writeNumberField("tid", thread);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Event event, long zero) throws IOException {
        TraceSpan span = event.span;
        json.writeStartObject();
        json.writeStringField("ph", "X");
        json.writeStringField("name", span.name());
        json.writeStringField("cat", span.kind().label());
        json.writeNumberField("pid", event.process);
        json.writeNumberField("tid", event.thread);
        json.writeNumberField("ts", micros(span.startNanos() - zero));
        json.writeNumberField("dur", micros(span.endNanos() - span.startNanos()));
        json.writeObjectFieldStart("args");
        for (Map.Entry<String, Object> detail : span.details().entrySet()) {
            json.writeFieldName(detail.getKey());
            json.writePOJO(detail.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Exact, so that what lies within another does so in the file. */
    private static BigDecimal micros(long nanos) {
        return BigDecimal.valueOf(nanos, 3);
    }
}
