package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.samfast.backend.TraceSpan;

/** What a trace comes to, 80 columns wide or in JSON: stages, the device's part of them, and its longest kernels. */
public final class TraceTable {
    private static final String TIMES = "%-30s %14s %16s %8s";
    private static final String HOST_TIMES = "%-30s %14s";
    private static final String KERNELS = "%-37s %-17s %4s %8s %5s %4s";
    private static final int NAME = 37;
    private static final int LONGEST = 15;

    private final int batch;
    private final List<TraceRun> asEver;
    private final TraceRun alone;
    private final List<KernelTotal> kernels;
    private final double coverage;

    /** @param spans of the run with every kernel by itself */
    TraceTable(int batch, List<TraceRun> asEver, List<TraceSpan> spans) {
        this.batch = batch;
        this.asEver = asEver;
        alone = TraceRun.of(spans);
        kernels = KernelTotal.of(spans);
        coverage = TraceRun.coverage(spans);
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!hasDevice()) {
            addHostTimes(lines);
            return lines;
        }
        lines.add(TIMES.formatted("ms of a batch of " + batch, "as ever", "kernel by kernel", "x"));
        addTimes(lines, TraceRun::stages);
        lines.add("");
        addTimes(lines, TraceRun::device);
        lines.add(times("device, together", asEverDevice(), alone.deviceMillis()));
        lines.add("");
        addKernels(lines);
        return lines;
    }

    /** Whether the backend told what a device did. */
    public boolean hasDevice() {
        return !alone.device().isEmpty();
    }

    private void addHostTimes(List<String> lines) {
        lines.add(HOST_TIMES.formatted("ms of a batch of " + batch, "median"));
        for (String name : names(TraceRun::stages)) {
            lines.add(
                    HOST_TIMES.formatted(name, millis(median(run -> run.stages().getOrDefault(name, 0.0)))));
        }
        lines.add("");
        lines.add("The backend tells nothing of a device: no kernels and no operators in the trace");
    }

    private void addTimes(List<String> lines, Function<TraceRun, Map<String, Double>> part) {
        for (String name : names(part)) {
            lines.add(times(
                    name,
                    median(run -> part.apply(run).getOrDefault(name, 0.0)),
                    part.apply(alone).getOrDefault(name, 0.0)));
        }
    }

    private Set<String> names(Function<TraceRun, Map<String, Double>> part) {
        Set<String> names = new LinkedHashSet<>(part.apply(alone).keySet());
        asEver.forEach(run -> names.addAll(part.apply(run).keySet()));
        return names;
    }

    private static String times(String name, double before, double now) {
        String ratio = before == 0 ? "-" : String.format(Locale.ROOT, "%.2f", now / before);
        return TIMES.formatted(name, millis(before), millis(now), ratio);
    }

    private double asEverDevice() {
        return median(TraceRun::deviceMillis);
    }

    private double median(Function<TraceRun, Double> value) {
        double[] all = asEver.stream().mapToDouble(value::apply).sorted().toArray();
        return all.length == 0 ? 0 : all[all.length / 2];
    }

    private void addKernels(List<String> lines) {
        double together = kernels.stream().mapToDouble(KernelTotal::millis).sum();
        lines.add(KERNELS.formatted("kernel", "problem", "n", "ms", "%", "lim%"));
        for (KernelTotal kernel : kernels.subList(0, Math.min(LONGEST, kernels.size()))) {
            lines.add(KERNELS.formatted(
                    shortened(kernel.name()),
                    kernel.problem(),
                    kernel.launches(),
                    millis(kernel.millis()),
                    String.format(Locale.ROOT, "%.1f", 100 * kernel.millis() / together),
                    kernel.percentOfLimit() == 0 ? "-" : Math.round(kernel.percentOfLimit())));
        }
        if (kernels.size() > LONGEST) {
            lines.add((kernels.size() - LONGEST) + " more in the trace");
        }
        lines.addAll(List.of(
                "",
                "x: kernels are launched one by one between two events, without graph and without",
                "overlap, so they take longer together than as ever. problem: M x N x K, or batch",
                "x heads x tokens x channels of a head. lim%: of the least time at this GPU's",
                String.format(
                        Locale.ROOT,
                        "limits. Kernels and copies sum to %.1f%% of their sequences' time",
                        100 * coverage)));
    }

    /** Without what most names have. */
    private static String shortened(String entry) {
        String without = entry.replace("_bf16", "").replace("_sm90", "");
        return without.substring(0, Math.min(NAME, without.length()));
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.3f", millis);
    }

    /** One object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("batch", batch);
        writeTimes(json, "host_ms", TraceRun::stages);
        writeTimes(json, "device_ms", TraceRun::device);
        Series.number(json, "device_as_ever_ms", asEverDevice());
        Series.number(json, "device_kernel_by_kernel_ms", alone.deviceMillis());
        json.writeArrayFieldStart("kernels");
        for (KernelTotal kernel : kernels) {
            write(json, kernel);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeTimes(JsonGenerator json, String name, Function<TraceRun, Map<String, Double>> part)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (String each : names(part)) {
            json.writeObjectFieldStart(each);
            Series.number(json, "as_ever", median(run -> part.apply(run).getOrDefault(each, 0.0)));
            Series.number(json, "kernel_by_kernel", part.apply(alone).getOrDefault(each, 0.0));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, KernelTotal kernel) throws IOException {
        json.writeStartObject();
        json.writeStringField("kernel", kernel.name());
        json.writeStringField("problem", kernel.problem());
        json.writeNumberField("launches", kernel.launches());
        Series.number(json, "ms", kernel.millis());
        if (kernel.percentOfLimit() > 0) {
            Series.number(json, "percent_of_limit", kernel.percentOfLimit());
        }
        json.writeEndObject();
    }
}
