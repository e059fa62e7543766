package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Where the seconds of a benchmark's process go, from its start; they add up to what a stopwatch outside shows. */
public final class BenchClock {
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private long last = System.nanoTime();

    /** Begins with what the process took until now. */
    public BenchClock() {
        // the system's own start of a process is a second off on Linux, where it counts from a boot in whole seconds
        seconds.put("start", ManagementFactory.getRuntimeMXBean().getUptime() / 1e3);
    }

    /** All since the last call was for this. */
    public void spent(String on) {
        long now = System.nanoTime();
        seconds.merge(on, (now - last) / 1e9, Double::sum);
        last = now;
    }

    double total() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** {@code 41.20 s: start 0.40, opening 1.10, accuracy 6.20, measuring 33.50}, at most 80 columns wide. */
    public List<String> lines() {
        String spent = seconds.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.2f", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return Wrapped.lines(String.format(Locale.ROOT, "%.2f s: ", total()), spent);
    }

    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        Series.number(json, "total_s", total());
        json.writeObjectFieldStart("seconds");
        for (Map.Entry<String, Double> entry : seconds.entrySet()) {
            Series.number(json, entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
