package org.samfast.cli.bench;

import java.util.ArrayList;
import java.util.List;

/** Long sentences in a narrow table. */
final class Wrapped {
    private static final int COLUMNS = 80;

    private Wrapped() {}

    /** The text after the start, further lines below it. */
    static List<String> lines(String start, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(start);
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() > COLUMNS && line.length() > start.length()) {
                lines.add(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(start.length()));
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }
}
