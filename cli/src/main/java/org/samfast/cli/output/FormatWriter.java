package org.samfast.cli.output;

import java.io.IOException;

/** Writes the files of one format, each whole or not at all. */
@FunctionalInterface
interface FormatWriter extends AutoCloseable {
    /**
     * Writes what was found on one image.
     *
     * @throws IOException where a file cannot be written, or one that belongs to the image cannot be used
     */
    void write(ImageResult result) throws IOException;

    /** Finishes files that are of more than one image. */
    @Override
    default void close() throws OutputException {}

    /** Makes the writer of a format for one run. */
    @FunctionalInterface
    interface Opener {
        FormatWriter open(OutputSettings settings) throws OutputException;
    }
}
