package org.samfast.cli.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that should be JSON, for people. */
public final class JsonFault {
    /** Jackson names the place of a start as a Java object. */
    private static final Pattern START = Pattern.compile(" \\(start marker at .*", Pattern.DOTALL);

    private JsonFault() {}

    /** {@code Unexpected end-of-input: expected close marker for Array, at column 42}. */
    public static String of(JsonProcessingException error) {
        return START.matcher(String.valueOf(error.getOriginalMessage())).replaceFirst("") + ", at column "
                + error.getLocation().getColumnNr();
    }
}
