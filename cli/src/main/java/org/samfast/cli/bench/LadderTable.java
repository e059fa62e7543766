package org.samfast.cli.bench;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ladder for people, 80 columns wide, or in Markdown. */
public final class LadderTable {
    private static final String TEXT = "%-28s %5s %8s %6s %8s %6s %9s";
    private static final String MARKDOWN = "| %s | %s | %s | %s | %s | %s | %s | %s |";

    private final boolean markdown;

    public LadderTable(boolean markdown) {
        this.markdown = markdown;
    }

    public List<String> head() {
        return markdown
                ? List.of(
                        MARKDOWN.formatted("rung", "batch", "encoder", "x", "all", "x", "rel.error", "mask IoU"),
                        "|---|---:|---:|---:|---:|---:|---:|---:|")
                : List.of("%s  %s"
                        .formatted(TEXT.formatted("rung", "batch", "encoder", "x", "all", "x", "rel.error"), "IoU"));
    }

    public String line(Rung rung, BenchRow row) {
        BenchAccuracy accuracy = row.subject().accuracy();
        Measurement speed = row.measurement();
        String error = accuracy == null ? "ref" : BenchColumn.EMBEDDING_REL_ERROR.text(row);
        String iou = accuracy == null ? "ref" : String.format(Locale.ROOT, "%.3f", accuracy.maskIou());
        return String.format(
                Locale.ROOT,
                markdown ? MARKDOWN : TEXT + " %5s",
                rung.title(),
                rung.batch(),
                BenchTable.digits(speed.encoder().rate()),
                times(row.encoderRatio()),
                BenchTable.digits(speed.endToEnd().rate()),
                times(row.endToEndRatio()),
                error,
                iou);
    }

    private static String times(@Nullable Ratio ratio) {
        return ratio == null ? "1" : String.format(Locale.ROOT, ratio.median() < 100 ? "%.1f" : "%.0f", ratio.median());
    }

    /** A rung that cannot be. */
    public List<String> line(Rung rung, String unavailable) {
        return markdown
                ? List.of("| %s | %d | not available: %s ||||||".formatted(rung.title(), rung.batch(), unavailable))
                : Wrapped.lines("%-28s ".formatted(rung.title()), "not available: " + unavailable);
    }

    /** What the columns mean. */
    public List<String> foot(BenchImages images, String reference) {
        return List.of(
                "",
                "images per second, as in sam bench (" + images.sizes() + ");",
                "x: times the first rung that ran; rel.error, IoU: against " + reference);
    }
}
