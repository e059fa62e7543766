package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that cannot be written; the message is one sentence for the user. */
public final class OutputException extends IOException {
    OutputException(Path target, IOException cause) {
        super("cannot write " + target + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case AccessDeniedException _ -> "permission denied; choose another folder";
            case NoSuchFileException _ -> "its folder does not exist";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(cause.getMessage());
        };
    }
}
