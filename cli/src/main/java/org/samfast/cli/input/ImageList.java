package org.samfast.cli.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.samfast.image.ImageException;

/** A list of files, one a line as {@code find} prints it, or ended by NUL as {@code find -print0} does. */
final class ImageList {
    private ImageList() {}

    static List<Path> read(InputStream in) throws IOException {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        List<Path> files = new ArrayList<>();
        int line = 0;
        for (String name : text.split(text.indexOf('\0') >= 0 ? "\0" : "\r?\n", -1)) {
            line++;
            if (!name.isEmpty()) {
                files.add(path(name, line));
            }
        }
        return files;
    }

    private static Path path(String name, int line) throws ImageException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new ImageException(
                    "list on stdin, line " + line + ": expected a file name, got one that the system"
                            + " does not take (" + e.getReason() + ")",
                    e);
        }
    }
}
