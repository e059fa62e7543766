package org.samfast.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.samfast.backend.BackendInfo;
import org.samfast.image.RgbImage;

/** A benchmark for people, 80 columns wide: what was measured, a line per batch, and what the columns mean. */
public final class BenchTable {
    private static final String LINE = "%5s %11s %14s %16s %11s %9s %8s";

    private BenchTable() {}

    /** The lines above the rows. */
    public static List<String> head(BenchSubject subject, Rounds rounds) {
        BackendInfo info = subject.info();
        return List.of(
                info.hasDriver()
                        ? "%s, driver %s, %d MHz".formatted(info.device(), info.driver(), info.smClockMhz())
                        : info.device(),
                "%s, %s, computed %s, sam %s"
                        .formatted(
                                info.backend(),
                                subject.model(),
                                info.precision().label(),
                                subject.commit().isEmpty() ? "of an unknown commit" : subject.commit()),
                "median of %d after %d, by the clock of the %s"
                        .formatted(rounds.measured(), rounds.warmup(), info.hasDriver() ? "GPU" : "host"),
                String.format(Locale.ROOT, "first mask %.3f s after opening the backend", subject.firstMaskSeconds()),
                "",
                LINE.formatted(
                        "batch",
                        "encoder ms",
                        "encoder img/s",
                        "end-to-end img/s",
                        "device MiB",
                        "rel.error",
                        "mask IoU"));
    }

    /** The line of one batch. */
    public static String line(BenchRow row) {
        Measurement speed = row.measurement();
        return LINE.formatted(
                speed.batch(),
                BenchColumn.ENCODER_MS.text(row),
                BenchColumn.ENCODER_IMG_PER_S.text(row),
                BenchColumn.END_TO_END_IMG_PER_S.text(row),
                row.subject().info().hasDriver() ? BenchColumn.DEVICE_MIB.text(row) : "-",
                orDash(BenchColumn.EMBEDDING_REL_ERROR.text(row)),
                orDash(BenchColumn.MASK_IOU.text(row)));
    }

    /** The lines below the rows. */
    public static List<String> foot(BenchSubject subject, List<RgbImage> images) {
        String sizes = images.stream()
                .map(image -> image.size().toString())
                .distinct()
                .limit(3)
                .collect(Collectors.joining(", "));
        return List.of(
                "",
                "encoder: alone, on images that are resized and normalised already",
                "end to end: RGB in host memory (%s), %d clicks per image and 3 masks each"
                        .formatted(sizes, Workload.PROMPTS),
                subject.accuracy() == null
                        ? "rel.error, mask IoU: nothing to compare with; the contract tests hold fp32"
                        : "rel.error, mask IoU: embeddings and masks against fp32 on this backend");
    }

    private static String orDash(String cell) {
        return cell.isEmpty() ? "-" : cell;
    }
}
