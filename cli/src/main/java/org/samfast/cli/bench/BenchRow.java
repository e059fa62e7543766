package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.samfast.cli.output.CsvText;

/** One line of a benchmark: what was measured, and its speed on batches of one size. */
public record BenchRow(BenchSubject subject, Measurement measurement) {
    /** The line of a CSV file, without the line end. */
    String csv() {
        return Arrays.stream(BenchColumn.values())
                .map(column -> CsvText.cell(column.text(this)))
                .collect(Collectors.joining(","));
    }

    /** An object with the columns of the CSV; numbers as numbers, null for an empty cell. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (BenchColumn column : BenchColumn.values()) {
            json.writeFieldName(column.label());
            String text = column.text(this);
            if (text.isEmpty()) {
                json.writeNull();
            } else if (column.isNumber()) {
                json.writeNumber(text);
            } else {
                json.writeString(text);
            }
        }
        json.writeEndObject();
    }
}
