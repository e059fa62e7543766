package org.samfast.cli.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.backend.TraceSpan;
import org.samfast.backend.TraceSpan.Kind;

/**
 * All launches of one kernel on problems of one size.
 *
 * @param problem its sizes: {@code 4096x768x3072}; empty where they are not told
 * @param percentOfLimit of all together; 0 where that is not known
 */
record KernelTotal(String name, String problem, int launches, double millis, double percentOfLimit) {
    /** What a kernel may tell of its problem's size. */
    private static final List<String> EXTENTS = List.of("M", "N", "K", "batch", "heads", "pairs", "tokens", "head_dim");

    /** The longest first. */
    static List<KernelTotal> of(List<TraceSpan> spans) {
        Map<List<String>, List<TraceSpan>> groups = new LinkedHashMap<>();
        for (TraceSpan span : spans) {
            if (span.kind() == Kind.KERNEL) {
                groups.computeIfAbsent(List.of(span.name(), problem(span)), _ -> new ArrayList<>())
                        .add(span);
            }
        }
        return groups.values().stream()
                .map(KernelTotal::total)
                .sorted(Comparator.comparingDouble(KernelTotal::millis).reversed())
                .toList();
    }

    private static KernelTotal total(List<TraceSpan> launches) {
        TraceSpan first = launches.getFirst();
        double millis = launches.stream().mapToDouble(TraceSpan::millis).sum();
        double atLimit = launches.stream()
                .mapToDouble(span -> span.number("percent_of_limit") * span.millis())
                .sum();
        return new KernelTotal(
                first.name(), problem(first), launches.size(), millis, millis == 0 ? 0 : atLimit / millis);
    }

    private static String problem(TraceSpan span) {
        return EXTENTS.stream()
                .flatMap(extent -> Stream.ofNullable(span.details().get(extent)))
                .map(Object::toString)
                .collect(Collectors.joining("x"));
    }
}
