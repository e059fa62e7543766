package org.samfast.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that appear whole or not at all: written under a temporary name in the target's folder and moved into place.
 * What is unfinished when the program is interrupted is deleted.
 */
public final class AtomicFile {
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::deleteUnfinished));
    }

    private AtomicFile() {}

    /** Writes the content of a file at a path. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path file) throws IOException;
    }

    /** Replaces the target by what {@code content} writes at the path it is given, where no file exists yet. */
    public static void replace(Path target, Content content) throws IOException {
        Path temporary = temporaryBeside(target);
        UNFINISHED.add(temporary);
        try {
            if (ending) {
                throw new IOException("interrupted");
            }
            content.writeTo(temporary);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteQuietly(temporary);
            UNFINISHED.remove(temporary);
        }
    }

    private static Path temporaryBeside(Path target) {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        return target.resolveSibling("." + target.getFileName() + "." + random + ".tmp");
    }

    /** Has the program end in good order from now on, whether or not a file was written yet. */
    static void watchTheEnd() {
        // loading this class is all it takes
    }

    private static void deleteUnfinished() {
        WorkInFlight.endAll();
        ending = true;
        UNFINISHED.forEach(AtomicFile::deleteQuietly);
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(AtomicFile.class.getName()).log(System.Logger.Level.DEBUG, "left behind: " + file, e);
        }
    }
}
