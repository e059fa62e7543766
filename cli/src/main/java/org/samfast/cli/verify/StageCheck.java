package org.samfast.cli.verify;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;

/**
 * How far a stage is from its reference.
 *
 * @param error norm of the difference over norm of the reference; NaN where the stage is missing or holds one
 * @param most the error that is allowed
 */
public record StageCheck(String stage, double error, double most) {
    static StageCheck of(String stage, float[] expected, float[] actual, double most) {
        if (actual.length != expected.length) {
            return new StageCheck(stage, Double.NaN, most);
        }
        double difference = 0;
        double whole = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) actual[i] - expected[i], 2);
            whole += Math.pow(expected[i], 2);
        }
        return new StageCheck(stage, Math.sqrt(difference / whole), most);
    }

    /** False for NaN, too. */
    public boolean isRight() {
        return error <= most;
    }

    /** {@code block.05          error 2.1e-02, at most 4.0e-02  right}. */
    public String line() {
        return String.format(
                Locale.ROOT, "%-16s  error %.1e, at most %.1e  %s", stage, error, most, isRight() ? "right" : "WRONG");
    }

    /** The same for programs; an error that is no number is null. */
    public void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("stage", stage);
        if (Double.isFinite(error)) {
            json.writeNumberField("error", error);
        } else {
            json.writeNullField("error");
        }
        json.writeNumberField("most", most);
        json.writeBooleanField("right", isRight());
        json.writeEndObject();
    }
}
