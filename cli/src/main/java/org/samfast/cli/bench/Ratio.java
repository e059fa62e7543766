package org.samfast.cli.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;

/**
 * How many times as fast as another.
 *
 * @param median over the passes
 * @param low of the passes the lowest
 * @param high and the highest
 */
public record Ratio(double median, double low, double high) {
    /** {@code 1.52 (1.49-1.60)}. */
    String text() {
        return String.format(Locale.ROOT, format(high), median, low, high);
    }

    private static String format(double highest) {
        return highest < 100 ? "%.2f (%.2f-%.2f)" : "%.0f (%.0f-%.0f)";
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        Series.number(json, "median", median);
        Series.number(json, "low", low);
        Series.number(json, "high", high);
        json.writeEndObject();
    }
}
