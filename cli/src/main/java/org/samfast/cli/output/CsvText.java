package org.samfast.cli.output;

/** How sam writes CSV: RFC 4180 with plain line feeds. */
public final class CsvText {
    private CsvText() {}

    /** The text as one cell, in quotes where it needs them. */
    public static String cell(String text) {
        return text.matches("[^,\"\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
