package org.samfast.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendInfo;

/** A benchmark for people, 80 columns wide, or in Markdown: what was measured, a line per row, and what the columns mean. */
public final class BenchTable {
    private static final List<String> SPEEDS =
            List.of("#", "batch", "encoder", "decoder", "all", "files", "ratio, all", "rel.error", "mask IoU");
    private static final int[] SPEED_WIDTHS = {2, 5, 8, 8, 8, 7, 16, 9, 8};

    private static final List<String> TIMES =
            List.of("#", "batch", "enc p50", "p95", "min", "max", "load", "1st mask", "dev MiB", "host MiB", "W");
    private static final int[] TIME_WIDTHS = {2, 5, 8, 8, 8, 8, 5, 8, 7, 8, 3};

    private final boolean markdown;
    private final List<BenchRow> rows = new ArrayList<>();
    private final List<BenchSubject> subjects = new ArrayList<>();

    public BenchTable(boolean markdown) {
        this.markdown = markdown;
    }

    /** The lines above the rows of these subjects. */
    public List<String> head(List<BenchSubject> opened, Rounds rounds) {
        List<String> lines = new ArrayList<>();
        opened.stream().map(subject -> device(subject.info())).distinct().forEach(lines::add);
        lines.add("sam "
                + (opened.getFirst().commit().isEmpty()
                        ? "of an unknown commit"
                        : opened.getFirst().commit())
                + ", medians of " + rounds.perPass() * rounds.passes() + " after " + rounds.warmup()
                + (rounds.passes() > 1 ? ", taking turns " + rounds.passes() + " times" : ""));
        for (BenchSubject subject : opened) {
            subjects.add(subject);
            lines.add("%2d %s".formatted(subjects.size(), subject.title()));
        }
        lines.add("");
        lines.addAll(header(SPEEDS, SPEED_WIDTHS));
        return lines;
    }

    private static String device(BackendInfo info) {
        return info.hasDriver()
                ? "%s, driver %s, %d MHz".formatted(info.device(), info.driver(), info.smClockMhz())
                : info.device();
    }

    /** The line of one row. */
    public String line(BenchRow row) {
        rows.add(row);
        Measurement speed = row.measurement();
        return line(
                List.of(
                        number(row),
                        String.valueOf(speed.batch()),
                        rate(speed.encoder()),
                        rate(speed.decoder()),
                        rate(speed.endToEnd()),
                        rate(speed.files()),
                        ratio(row.endToEndRatio()),
                        orDash(BenchColumn.EMBEDDING_REL_ERROR.text(row)),
                        orDash(BenchColumn.MASK_IOU.text(row))),
                SPEED_WIDTHS);
    }

    private String number(BenchRow row) {
        return String.valueOf(subjects.indexOf(row.subject()) + 1);
    }

    /** The lines below the rows: times, memory, power. */
    public List<String> times() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.addAll(header(TIMES, TIME_WIDTHS));
        rows.forEach(row -> lines.add(timesOf(row)));
        return lines;
    }

    private String timesOf(BenchRow row) {
        Measurement measured = row.measurement();
        Series encoder = measured.encoder();
        return line(
                List.of(
                        number(row),
                        String.valueOf(measured.batch()),
                        digits(encoder.p50()),
                        digits(encoder.p95()),
                        digits(encoder.min()),
                        digits(encoder.max()),
                        String.format(Locale.ROOT, "%.2f", row.subject().start().loadSeconds()),
                        String.format(Locale.ROOT, "%.2f", row.subject().start().firstMaskSeconds()),
                        row.subject().info().hasDriver() ? BenchColumn.DEVICE_MIB.text(row) : "-",
                        measured.hostBytes() == 0 ? "-" : String.valueOf(measured.hostBytes() >> 20),
                        measured.watts() == null ? "-" : String.valueOf(Math.round(measured.watts()))),
                TIME_WIDTHS);
    }

    /** What the columns mean. */
    public List<String> foot(BenchImages images) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("images per second: encoder alone, on images resized and normalised already;");
        lines.add(
                "decoder alone, " + Workload.PROMPTS + " clicks per image; all: RGB in host memory to 3 masks a click");
        lines.add("at the size of the image (" + images.sizes() + "); files: the same from");
        lines.add("image files to a PNG a mask. ratio: median (lowest-highest pass) to the first");
        lines.add("row of its batch. Times of the encoder in ms per batch, the GPU's clock on a");
        lines.add("GPU; load and first mask in s. host: the whole process, until then");
        subjects.stream()
                .map(BenchTable::reference)
                .distinct()
                .forEach(reference -> lines.add("rel.error, mask IoU: " + reference));
        return lines;
    }

    private static String reference(BenchSubject subject) {
        return subject.reference().isEmpty()
                ? "nothing to compare with; the contract tests hold fp32"
                : "embeddings and masks against " + subject.reference();
    }

    private List<String> header(List<String> cells, int[] widths) {
        String line = line(cells, widths);
        return markdown ? List.of(line, "|" + "---:|".repeat(cells.size())) : List.of(line);
    }

    private String line(List<String> cells, int[] widths) {
        if (markdown) {
            return "| " + String.join(" | ", cells) + " |";
        }
        return String.join(
                " ",
                IntStream.range(0, widths.length)
                        .mapToObj(i ->
                                " ".repeat(Math.max(0, widths[i] - cells.get(i).length())) + cells.get(i))
                        .toList());
    }

    private static String rate(Series series) {
        return digits(series.rate());
    }

    /** Four digits or more. */
    static String digits(double value) {
        String format = value >= 1000 ? "%.0f" : value >= 100 ? "%.1f" : value >= 10 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String ratio(@Nullable Ratio ratio) {
        return ratio == null ? "1" : ratio.text();
    }

    private static String orDash(String cell) {
        return cell.isEmpty() ? "-" : cell;
    }
}
