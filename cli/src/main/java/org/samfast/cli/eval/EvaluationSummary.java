package org.samfast.cli.eval;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Means over all annotations with their intervals, by the size of the objects, and how far from references. */
public final class EvaluationSummary {
    private final List<AnnotationScore> scores;
    private final boolean hasReferences;
    private final @Nullable EarlierScores earlier;

    /** @param earlier what to compare with; null for nothing */
    public EvaluationSummary(List<AnnotationScore> scores, @Nullable EarlierScores earlier) {
        this.scores = List.copyOf(scores);
        this.earlier = earlier;
        hasReferences = scores.stream().anyMatch(AnnotationScore::hasReference);
    }

    /** The mean IoU of that kind of prompt; 0 where nothing was scored. */
    public double mean(PromptKind kind) {
        return mean(kind, _ -> true);
    }

    private double mean(PromptKind kind, Predicate<AnnotationScore> counts) {
        return scores.stream()
                .filter(counts)
                .mapToDouble(score -> score.iou(kind))
                .average()
                .orElse(0);
    }

    private long count(ObjectSize size) {
        return scores.stream().filter(of(size)).count();
    }

    private static Predicate<AnnotationScore> of(ObjectSize size) {
        return score -> ObjectSize.of(score.area()) == size;
    }

    private Bootstrap.Interval interval(PromptKind kind) {
        Collection<List<Double>> byImage = scores.stream()
                .collect(Collectors.groupingBy(
                        AnnotationScore::imageId,
                        LinkedHashMap::new,
                        Collectors.mapping(score -> score.iou(kind), Collectors.toList())))
                .values();
        return byImage.isEmpty() ? new Bootstrap.Interval(0, 0) : Bootstrap.ofMean(byImage);
    }

    /** The largest distance of an annotation from its reference. */
    public double worstDifference(PromptKind kind) {
        return scores.stream()
                .filter(AnnotationScore::hasReference)
                .mapToDouble(score -> score.difference(kind))
                .max()
                .orElse(0);
    }

    /** A table for people. */
    public List<String> lines() throws CocoException {
        List<String> lines = new ArrayList<>();
        lines.add("prompt              mean IoU  95% interval      small  medium   large"
                + (hasReferences ? "  off ref" : ""));
        for (PromptKind kind : PromptKind.values()) {
            lines.add(line(kind));
        }
        if (earlier != null) {
            lines.add("");
            lines.add("prompt            difference  95% interval, paired");
            for (PromptKind kind : PromptKind.values()) {
                lines.add(difference(kind, earlier));
            }
            lines.add("");
        }
        lines.add(scores.size() + " annotations on " + images() + " images");
        return lines;
    }

    private String line(PromptKind kind) {
        Bootstrap.Interval interval = interval(kind);
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT, "%-18s  %8.4f  %.4f to %.4f", kind.title(), mean(kind), interval.low(), interval.high()));
        for (ObjectSize size : ObjectSize.values()) {
            line.append(count(size) == 0 ? "       -" : String.format(Locale.ROOT, "  %6.4f", mean(kind, of(size))));
        }
        return hasReferences
                ? line.append(String.format(Locale.ROOT, "   %.4f", worstDifference(kind)))
                        .toString()
                : line.toString();
    }

    private String difference(PromptKind kind, EarlierScores before) throws CocoException {
        List<List<Double>> differences = before.differences(scores, kind);
        Bootstrap.Interval interval = Bootstrap.ofMean(differences);
        return String.format(
                Locale.ROOT,
                "%-18s  %+8.4f  %+.4f to %+.4f",
                kind.title(),
                meanOf(differences),
                interval.low(),
                interval.high());
    }

    private static double meanOf(List<List<Double>> values) {
        return values.stream()
                .flatMap(List::stream)
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }

    /** The same as fields of a JSON object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeNumberField("images", images());
        json.writeNumberField("annotations", scores.size());
        numbers(json, "mean_iou", this::mean);
        intervals(json, "interval_95", this::interval);
        for (ObjectSize size : ObjectSize.values()) {
            json.writeNumberField(size.key() + "_annotations", count(size));
            numbers(json, "mean_iou_" + size.key(), kind -> mean(kind, of(size)));
        }
        if (hasReferences) {
            numbers(json, "worst_difference", this::worstDifference);
        }
        if (earlier != null) {
            Map<PromptKind, List<List<Double>>> differences = new LinkedHashMap<>();
            for (PromptKind kind : PromptKind.values()) {
                differences.put(kind, earlier.differences(scores, kind));
            }
            numbers(json, "difference", kind -> meanOf(differences.getOrDefault(kind, List.of())));
            intervals(
                    json,
                    "difference_interval_95",
                    kind -> Bootstrap.ofMean(differences.getOrDefault(kind, List.of())));
        }
    }

    private interface ByKind {
        double of(PromptKind kind);
    }

    private interface Range {
        Bootstrap.Interval of(PromptKind kind);
    }

    private static void numbers(JsonGenerator json, String name, ByKind number) throws IOException {
        json.writeObjectFieldStart(name);
        for (PromptKind kind : PromptKind.values()) {
            json.writeNumberField(kind.key(), number.of(kind));
        }
        json.writeEndObject();
    }

    private static void intervals(JsonGenerator json, String name, Range range) throws IOException {
        json.writeObjectFieldStart(name);
        for (PromptKind kind : PromptKind.values()) {
            Bootstrap.Interval interval = range.of(kind);
            json.writeFieldName(kind.key());
            json.writeArray(new double[] {interval.low(), interval.high()}, 0, 2);
        }
        json.writeEndObject();
    }

    private long images() {
        return scores.stream().map(AnnotationScore::imageId).distinct().count();
    }
}
