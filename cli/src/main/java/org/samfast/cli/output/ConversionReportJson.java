package org.samfast.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.samfast.convert.ConversionReport;
import org.samfast.convert.TensorReport;

/** The file of {@code sam convert --report}; its schema is docs/convert-report.schema.json. */
public final class ConversionReportJson {
    private ConversionReportJson() {}

    public static void write(OutputStream out, ConversionReport report) throws IOException {
        JsonText.indented(out, json -> write(json, report));
    }

    private static void write(JsonGenerator json, ConversionReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("source", report.source().toString());
        json.writeStringField("output", report.output().toString());
        json.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> entry : report.metadata().entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("tensors");
        for (TensorReport tensor : report.tensors()) {
            write(json, tensor);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, TensorReport tensor) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", tensor.name());
        json.writeStringField("from", tensor.from());
        json.writeStringField("stored", tensor.stored());
        json.writeNumberField("relative_error", tensor.relativeError());
        json.writeNumberField("maximum_error", tensor.maximumError());
        json.writeNumberField("kept_energy", tensor.keptEnergy());
        if (tensor.sparse() != null) {
            json.writeBooleanField("two_of_four", tensor.sparse());
        }
        if (tensor.remark() != null) {
            json.writeStringField("remark", tensor.remark());
        }
        json.writeEndObject();
    }
}
