package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Path;

/** The shapes of the JSON that sam writes: one line for stdout, indented for files, and Python's. */
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

    /** The value as Python's json.dump writes it. */
    static void python(OutputStream out, Content content) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.setPrettyPrinter(new PythonSeparators());
            content.writeTo(json);
        }
    }

    /** The value indented, in UTF-8. */
    static void indented(OutputStream out, Content content) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            content.writeTo(json);
            json.writeRaw('\n');
        }
    }

    /** Writes to a stream that stays open, each element of an array on a line. */
    public static JsonGenerator lineByLine(OutputStream out) throws IOException {
        DefaultPrettyPrinter lines = new DefaultPrettyPrinter();
        lines.indentArraysWith(new DefaultIndenter("  ", "\n"));
        return JSON.createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .setPrettyPrinter(lines);
    }

    /** Reads a file. */
    static JsonParser parser(Path file) throws IOException {
        return JSON.createParser(file.toFile());
    }

    /** Reads a text. */
    static JsonParser parser(String text) throws IOException {
        return JSON.createParser(text);
    }

    /** A blank after every comma and colon. */
    private static final class PythonSeparators extends MinimalPrettyPrinter {
        private static final long serialVersionUID = 1;

        @Override
        public void writeObjectFieldValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator json) throws IOException {
            json.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(", ");
        }
    }
}
