package org.samfast.cli.output;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.file.AtomicFile;

/** The files that sam writes for its user: whole or not at all, and with a sentence where that fails. */
public final class OutputFile {
    private OutputFile() {}

    /** Writes the content of a file to a stream. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a file whole or not at all, by other means. */
    @FunctionalInterface
    public interface Writing<T> {
        T write() throws IOException;
    }

    /** What {@code writing} gives; a file system's refusal becomes a sentence about the target. */
    public static <T> T writing(Path target, Writing<T> writing) throws IOException {
        try {
            return writing.write();
        } catch (CheckpointException e) {
            throw e; // a sentence already
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }

    /** Refuses, before any work, a file whose folder is not there or takes none; null for a file that is not asked for. */
    public static void requireFolder(@Nullable Path target) throws OutputException {
        if (target != null && !Files.isDirectory(target.toAbsolutePath().resolveSibling(""))) {
            throw new OutputException(target, new NoSuchFileException(target.toString()));
        }
        if (target != null) {
            requireWritable(target.toAbsolutePath().resolveSibling(""));
        }
    }

    /** Makes the folder that files will be written to, and those above it. */
    public static void makeFolder(Path folder) throws OutputException {
        try {
            Files.createDirectories(folder.toAbsolutePath());
        } catch (IOException e) {
            throw new OutputException(folder, e);
        }
        requireWritable(folder.toAbsolutePath());
    }

    private static void requireWritable(Path folder) throws OutputException {
        if (!Files.isWritable(folder)) {
            throw new OutputException(folder, new AccessDeniedException(folder.toString()));
        }
    }

    /** Replaces the target by what {@code content} writes. */
    public static void write(Path target, Content content) throws OutputException {
        try {
            AtomicFile.replace(target, file -> {
                try (OutputStream out =
                        new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16)) {
                    content.writeTo(out);
                }
            });
        } catch (IOException e) {
            throw new OutputException(target, e);
        }
    }
}
