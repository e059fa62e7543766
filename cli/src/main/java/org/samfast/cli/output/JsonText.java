package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;

/** The two shapes of the JSON that sam writes: one line for stdout, indented for files. */
public final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    /** Writes one JSON value. */
    @FunctionalInterface
    public interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** The value on one line, without a line end. */
    public static String line(Content content) throws IOException {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            content.writeTo(json);
        }
        return line.toString();
    }

    /** The value indented, in UTF-8. */
    static void indented(OutputStream out, Content content) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            content.writeTo(json);
            json.writeRaw('\n');
        }
    }
}
