package org.samfast.cli.bench;

import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The columns of a benchmark's CSV, in their order; bench/results/README.md says what each means. */
enum BenchColumn {
    DATE(row -> row.subject().date().truncatedTo(ChronoUnit.SECONDS)),
    COMMIT(row -> row.subject().commit()),
    GPU(row -> row.subject().info().device()),
    DRIVER(row -> row.subject().info().driver()),
    SM_CLOCK_MHZ("%d", row -> row.subject().info().smClockMhz()),
    BACKEND(row -> row.subject().info().backend()),
    MODEL(row -> row.subject().model()),
    PRECISION(row -> row.subject().info().precision().label()),
    SPARSE_LAYERS("%d", row -> row.subject().sparseLayers()),
    BATCH("%d", row -> row.measurement().batch()),
    ENCODER_MS("%.3f", row -> row.measurement().encoder().p50()),
    ENCODER_IMG_PER_S("%.3f", row -> row.measurement().encoder().rate()),
    END_TO_END_IMG_PER_S("%.3f", row -> row.measurement().endToEnd().rate()),
    FIRST_MASK_S("%.3f", row -> row.subject().start().firstMaskSeconds()),
    DEVICE_MIB("%d", row -> row.measurement().deviceBytes() >> 20),
    EMBEDDING_REL_ERROR("%.3e", row -> accuracy(row, BenchAccuracy::embeddingRelError)),
    MASK_IOU("%.5f", row -> accuracy(row, BenchAccuracy::maskIou)),
    COMMAND(row -> row.subject().command());

    private static final String TEXT = "%s";

    /** What a row has in a column; null for nothing. */
    private interface Cell {
        @Nullable
        Object of(BenchRow row);
    }

    private final String format;
    private final Cell cell;

    BenchColumn(Cell cell) {
        this(TEXT, cell);
    }

    BenchColumn(String format, Cell cell) {
        this.format = format;
        this.cell = cell;
    }

    static String header() {
        return Arrays.stream(values()).map(BenchColumn::label).collect(Collectors.joining(","));
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isNumber() {
        return !format.equals(TEXT);
    }

    /** The cell, unquoted; empty for nothing. */
    String text(BenchRow row) {
        Object value = cell.of(row);
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }

    private static @Nullable Double accuracy(BenchRow row, Function<BenchAccuracy, Double> number) {
        BenchAccuracy accuracy = row.subject().accuracy();
        return accuracy == null ? null : number.apply(accuracy);
    }
}
