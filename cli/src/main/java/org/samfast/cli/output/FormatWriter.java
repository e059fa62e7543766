package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.Path;

/** Writes the files of one format, each whole or not at all. */
@FunctionalInterface
interface FormatWriter extends AutoCloseable {
    /**
     * Writes what was found on one image.
     *
     * @throws IOException where a file cannot be written, or one that belongs to the image cannot be used
     */
    void write(ImageResult result) throws IOException;

    /** Whether a file of more than one image has, or is about to get, what this image adds to it. */
    default boolean knows(Path image) {
        return true;
    }

    /** Finishes files that are of more than one image. */
    default void finish() throws OutputException {}

    /** Lets go of everything; what is not finished waits for the next run. */
    @Override
    default void close() throws OutputException {}

    /** Makes the writer of a format for one run. */
    @FunctionalInterface
    interface Opener {
        FormatWriter open(OutputSettings settings) throws OutputException;
    }
}
