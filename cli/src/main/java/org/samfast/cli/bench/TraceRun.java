package org.samfast.cli.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.samfast.backend.TraceSpan;
import org.samfast.backend.TraceSpan.Kind;

/**
 * Where the milliseconds of one traced run went.
 *
 * @param stages of the host; what lies within one is named after it, {@code embed: resize}
 * @param device sequences by name, and what lies outside of them; their kernels are not counted again
 */
record TraceRun(Map<String, Double> stages, Map<String, Double> device) {
    private static final String OTHER_KERNELS = "other kernels";
    private static final String COPIES = "copies";

    static TraceRun of(List<TraceSpan> spans) {
        return new TraceRun(stages(spans), device(spans));
    }

    double deviceMillis() {
        return device.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static Map<String, Double> stages(List<TraceSpan> spans) {
        Map<String, Double> sums = new LinkedHashMap<>();
        TraceSpan outer = null;
        for (TraceSpan span : inOrder(spans, false)) {
            if (outer != null && span.endNanos() <= outer.endNanos()) {
                sums.merge(outer.name() + ": " + span.name(), span.millis(), Double::sum);
            } else {
                sums.merge(span.name(), span.millis(), Double::sum);
                outer = span;
            }
        }
        return sums;
    }

    private static Map<String, Double> device(List<TraceSpan> spans) {
        Map<String, Double> sums = new LinkedHashMap<>();
        long end = Long.MIN_VALUE;
        for (TraceSpan span : inOrder(spans, true)) {
            if (span.endNanos() > end) {
                sums.merge(title(span), span.millis(), Double::sum);
                end = span.endNanos();
            }
        }
        return sums;
    }

    private static String title(TraceSpan span) {
        return switch (span.kind()) {
            case STAGE, SEQUENCE -> span.name();
            case KERNEL -> OTHER_KERNELS;
            case COPY -> COPIES;
        };
    }

    /** What holds others comes before them; both sides do one thing after the other. */
    private static List<TraceSpan> inOrder(List<TraceSpan> spans, boolean onDevice) {
        return spans.stream()
                .filter(span -> span.kind().isOnDevice() == onDevice)
                .sorted((a, b) -> a.startNanos() == b.startNanos()
                        ? Long.compare(b.endNanos(), a.endNanos())
                        : Long.compare(a.startNanos(), b.startNanos()))
                .toList();
    }

    /** How much of the sequences' time their kernels and copies take, at most 1. */
    static double coverage(List<TraceSpan> spans) {
        double sequences = millis(spans, Kind.SEQUENCE);
        double inside = spans.stream()
                .filter(span -> span.kind() == Kind.KERNEL || span.kind() == Kind.COPY)
                .filter(span -> spans.stream()
                        .anyMatch(outer -> outer.kind() == Kind.SEQUENCE
                                && outer.startNanos() <= span.startNanos()
                                && span.endNanos() <= outer.endNanos()))
                .mapToDouble(TraceSpan::millis)
                .sum();
        return sequences == 0 ? 1 : inside / sequences;
    }

    private static double millis(List<TraceSpan> spans, Kind kind) {
        return spans.stream()
                .filter(span -> span.kind() == kind)
                .mapToDouble(TraceSpan::millis)
                .sum();
    }
}
