package org.samfast.cli.input;

import java.nio.file.Path;

/**
 * An image to work on.
 *
 * @param below the folder inside the output folder that its results belong to; empty for the output folder itself
 */
public record InputImage(Path file, Path below) {
    static final Path TOP = Path.of("");

    /** Its file name without the last extension. */
    public String stem() {
        String name = name();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** Its file name. */
    public String name() {
        return String.valueOf(file.getFileName());
    }

    /** Whether its results belong into the output folder itself. */
    public boolean isAtTheTop() {
        return below.equals(TOP);
    }

    InputImage in(Path folder) {
        return new InputImage(file, folder);
    }
}
