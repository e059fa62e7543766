package org.samfast.cli.output;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** A file that cannot be written; the message is one sentence for the user. */
public final class OutputException extends IOException {
    /** A file system with less room than this is full, whatever language its error speaks. */
    private static final long LITTLE_ROOM = 1 << 16;

    private final boolean diskFull;

    public OutputException(Path target, IOException cause) {
        super("cannot write " + target + ": " + reason(cause), cause);
        diskFull = isDiskFull(target, reason(cause));
    }

    /** Whether there was no room for it, so that the next file will not do better. */
    public boolean isDiskFull() {
        return diskFull;
    }

    private static boolean isDiskFull(Path target, String reason) {
        if (reason.contains("No space left on device") || reason.contains("Disk quota exceeded")) {
            return true;
        }
        try {
            return Files.getFileStore(target.toAbsolutePath().getParent()).getUsableSpace() < LITTLE_ROOM;
        } catch (IOException _) {
            return false; // its folder is gone, say: not a question of room
        }
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case AccessDeniedException _ -> "permission denied; choose another folder";
            case FileAlreadyExistsException _, NotDirectoryException _ ->
                "a file is there, expected a folder; choose another folder";
            case NoSuchFileException _ -> "its folder does not exist; make it, or choose another";
            case FileSystemException e when e.getReason() != null -> e.getReason() + "; choose another folder";
            default -> String.valueOf(cause.getMessage());
        };
    }
}
