package org.samfast.cli.eval;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Means over all annotations, and how far each was from its reference at worst. */
public final class EvaluationSummary {
    private final List<AnnotationScore> scores;
    private final boolean hasReferences;

    public EvaluationSummary(List<AnnotationScore> scores) {
        this.scores = List.copyOf(scores);
        hasReferences = scores.stream().anyMatch(AnnotationScore::hasReference);
    }

    /** The mean IoU of that kind of prompt; 0 where nothing was scored. */
    public double mean(PromptKind kind) {
        return scores.stream()
                .mapToDouble(score -> score.iou().getOrDefault(kind, 0.0))
                .average()
                .orElse(0);
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
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("prompt              mean IoU" + (hasReferences ? "   worst difference from ref_iou" : ""));
        for (PromptKind kind : PromptKind.values()) {
            String line = String.format(Locale.ROOT, "%-18s  %8.4f", kind.title(), mean(kind));
            String worst = String.format(Locale.ROOT, "   %.4f", worstDifference(kind));
            lines.add(hasReferences ? line + worst : line);
        }
        lines.add(scores.size() + " annotations on " + images() + " images");
        return lines;
    }

    /** The same as fields of a JSON object. */
    public void write(JsonGenerator json) throws IOException {
        json.writeNumberField("images", images());
        json.writeNumberField("annotations", scores.size());
        json.writeObjectFieldStart("mean_iou");
        for (PromptKind kind : PromptKind.values()) {
            json.writeNumberField(kind.key(), mean(kind));
        }
        json.writeEndObject();
        if (hasReferences) {
            json.writeObjectFieldStart("worst_difference");
            for (PromptKind kind : PromptKind.values()) {
                json.writeNumberField(kind.key(), worstDifference(kind));
            }
            json.writeEndObject();
        }
    }

    private long images() {
        return scores.stream().map(AnnotationScore::image).distinct().count();
    }
}
