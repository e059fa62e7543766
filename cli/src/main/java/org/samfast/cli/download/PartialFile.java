package org.samfast.cli.download;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.samfast.file.Sha256;

/**
 * What was received of a file so far ({@code NAME.part}), and which version of the file it is a part of
 * ({@code NAME.part.version}: the server's ETag or Last-Modified). Both stay for a later run.
 */
final class PartialFile {
    private final Path target;
    private final Path part;
    private final Path version;

    PartialFile(Path target) {
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
        this.version = target.resolveSibling(part.getFileName() + ".version");
    }

    /** Bytes received; 0 where there is nothing. */
    long size() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /** What the server called the version that this is a part of, where it said so. */
    Optional<String> version() throws IOException {
        return Files.exists(version) ? Optional.of(Files.readString(version)) : Optional.empty();
    }

    /** Forgets what was received and starts on that version. */
    void restart(Optional<String> newVersion) throws IOException {
        remove();
        if (newVersion.isPresent()) {
            Files.writeString(version, newVersion.get());
        }
    }

    /** To write behind what is there. */
    FileChannel append() throws IOException {
        return FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void remove() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(version);
    }

    /** Lower-case hex SHA-256 of what was received. */
    String sha256() throws IOException {
        return Sha256.of(part);
    }

    /** Moves the whole file to its place, on disk before it appears there. */
    void complete() throws IOException {
        try (FileChannel channel = append()) {
            channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(version);
    }
}
