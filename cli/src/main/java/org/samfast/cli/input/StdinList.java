package org.samfast.cli.input;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The list of images on stdin, which can be read once: kept for a process that goes on.
 *
 * @param isGiven whether the command line asks for one
 */
public record StdinList(boolean isGiven, byte[] bytes) {
    /** Reads the list where one of the images stands for it. */
    public static StdinList read(List<Path> images, InputStream stdin) throws IOException {
        boolean given = images.contains(ImageInputs.STDIN);
        return new StdinList(given, given ? stdin.readAllBytes() : new byte[0]);
    }

    /** The images that the command line and the list name. */
    public ImageInputs inputs(List<Path> images, Path outputs) throws IOException {
        return ImageInputs.of(images, outputs, new ByteArrayInputStream(bytes));
    }
}
