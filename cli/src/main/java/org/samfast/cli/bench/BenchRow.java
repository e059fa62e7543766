package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.output.CsvText;

/**
 * One line of a benchmark: what was measured, and its speed on batches of one size.
 *
 * @param first what its speed is compared with, by images per second end to end; null for the first itself
 */
public record BenchRow(
        BenchSubject subject,
        Measurement measurement,
        @Nullable Measurement first) {
    /** The line of a CSV file, without the line end. */
    String csv() {
        return Arrays.stream(BenchColumn.values())
                .map(column -> CsvText.cell(column.text(this)))
                .collect(Collectors.joining(","));
    }

    /** How many times as fast as the first, the encoder alone; null for the first itself. */
    @Nullable
    Ratio encoderRatio() {
        return first == null ? null : measurement.encoder().over(first.encoder());
    }

    /** The same from end to end. */
    @Nullable
    Ratio endToEndRatio() {
        return first == null ? null : measurement.endToEnd().over(first.endToEnd());
    }

    /** An object with the columns of the CSV, numbers as numbers, null for an empty cell; and what has no column there. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        writeFields(json);
        json.writeEndObject();
    }

    void writeFields(JsonGenerator json) throws IOException {
        for (BenchColumn column : BenchColumn.values()) {
            writeCell(json, column);
        }
        json.writeStringField("setup", subject.setup());
        json.writeStringField("accuracy_against", subject.reference());
        Series.number(json, "load_s", subject.start().loadSeconds());
        writeTimes(json);
        json.writeNumberField("host_mib", measurement.hostBytes() >> 20);
        Double watts = measurement.watts();
        Ratio encoder = encoderRatio();
        Ratio endToEnd = endToEndRatio();
        writeOr(json, "watts", watts == null ? null : out -> out.writeNumber(Math.round(watts)));
        writeOr(json, "encoder_ratio", encoder == null ? null : encoder::write);
        writeOr(json, "end_to_end_ratio", endToEnd == null ? null : endToEnd::write);
    }

    private void writeCell(JsonGenerator json, BenchColumn column) throws IOException {
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

    private void writeTimes(JsonGenerator json) throws IOException {
        json.writeFieldName("encoder");
        measurement.encoder().write(json);
        json.writeFieldName("decoder");
        measurement.decoder().write(json);
        json.writeFieldName("end_to_end");
        measurement.endToEnd().write(json);
        json.writeFieldName("with_files");
        measurement.files().write(json);
    }

    private interface Value {
        void write(JsonGenerator json) throws IOException;
    }

    private static void writeOr(JsonGenerator json, String name, @Nullable Value value) throws IOException {
        json.writeFieldName(name);
        if (value == null) {
            json.writeNull();
        } else {
            value.write(json);
        }
    }
}
