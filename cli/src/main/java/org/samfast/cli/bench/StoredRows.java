package org.samfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.samfast.cli.output.CsvText;

/** Rows that a benchmark wrote before, to draw them where it did not run. */
public final class StoredRows {
    private static final int COLUMNS = BenchColumn.values().length;

    private final List<Map<BenchColumn, String>> rows;

    private StoredRows(List<Map<BenchColumn, String>> rows) {
        this.rows = rows;
    }

    /** @throws IOException where the file has other columns, no row or a row that is not whole, naming it */
    public static StoredRows of(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < 2 || !lines.getFirst().equals(BenchColumn.header())) {
            throw new IOException(
                    file + ": expected the columns of sam bench in its first line and rows below; write one with"
                            + " sam bench --csv FILE");
        }
        List<Map<BenchColumn, String>> rows = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            List<String> cells = CsvText.cells(lines.get(i));
            if (cells.size() != COLUMNS) {
                throw new IOException(
                        file + ", line " + (i + 1) + ": expected " + COLUMNS + " cells, got " + cells.size());
            }
            rows.add(byColumn(cells));
        }
        return new StoredRows(rows);
    }

    private static Map<BenchColumn, String> byColumn(List<String> cells) {
        Map<BenchColumn, String> row = new EnumMap<>(BenchColumn.class);
        for (BenchColumn column : BenchColumn.values()) {
            row.put(column, cells.get(row.size()));
        }
        return row;
    }

    /** A group of bars for each row. */
    public List<SpeedPlot.Bars> bars() throws IOException {
        List<SpeedPlot.Bars> bars = new ArrayList<>();
        for (Map<BenchColumn, String> row : rows) {
            bars.add(new SpeedPlot.Bars(
                    label(row),
                    number(row, BenchColumn.ENCODER_IMG_PER_S),
                    number(row, BenchColumn.END_TO_END_IMG_PER_S)));
        }
        return bars;
    }

    /** The models and devices: {@code sam bench, vit_b, NVIDIA H100 80GB HBM3}. */
    public String title() {
        return "sam bench, " + distinct(BenchColumn.MODEL) + ", " + distinct(BenchColumn.GPU);
    }

    private String distinct(BenchColumn column) {
        return rows.stream().map(row -> cell(row, column)).distinct().collect(Collectors.joining(", "));
    }

    private static String label(Map<BenchColumn, String> row) {
        return rung(row).map(Rung::title).orElseGet(() -> "%s %s %s, batch %s"
                .formatted(
                        cell(row, BenchColumn.BACKEND),
                        cell(row, BenchColumn.MODEL),
                        cell(row, BenchColumn.PRECISION),
                        cell(row, BenchColumn.BATCH)));
    }

    /** A rung's row has the options that run it alone. */
    private static Optional<Rung> rung(Map<BenchColumn, String> row) {
        return Rung.ALL.stream()
                .filter(rung -> cell(row, BenchColumn.COMMAND).equals("sam bench " + rung.flags()))
                .findFirst();
    }

    private static double number(Map<BenchColumn, String> row, BenchColumn column) throws IOException {
        String cell = cell(row, column);
        try {
            return Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw new IOException("column " + column.label() + ": expected a number, got '" + cell + "'", e);
        }
    }

    private static String cell(Map<BenchColumn, String> row, BenchColumn column) {
        return row.getOrDefault(column, "");
    }
}
