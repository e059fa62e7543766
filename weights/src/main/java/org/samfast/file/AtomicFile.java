package org.samfast.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files and folders that appear whole or not at all: written under a temporary name in the target's folder and moved into place.
 * What is unfinished when the program is interrupted is deleted.
 */
public final class AtomicFile {
    private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();
    private static final Pattern TEMPORARY = Pattern.compile("\\..*\\.(\\d{1,18})-[0-9a-f]{16}\\.tmp");
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::deleteUnfinished));
    }

    private AtomicFile() {}

    /** Writes the content of a file at a path. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes all of the content.
         *
         * @param file where to, a path at which nothing is yet
         * @throws IOException where it cannot be written, and then it is deleted
         */
        void writeTo(Path file) throws IOException;
    }

    /**
     * Replaces the target by what {@code content} writes at the path it is given, where no file exists yet.
     *
     * @param target file to replace, or to make
     * @param content writes the new one
     * @throws IOException where it cannot be written; the target is as it was then
     */
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

    /**
     * Replaces the target, a folder or nothing, by a new folder that {@code content} fills. Nobody finds it half full; for a
     * moment nobody finds either.
     *
     * @param target folder to replace, or to make
     * @param content fills a new folder
     * @throws IOException where it cannot be filled; the target is as it was then
     */
    public static void replaceFolder(Path target, Content content) throws IOException {
        Path before = temporaryBeside(target);
        try {
            replace(target, temporary -> {
                Files.createDirectory(temporary);
                content.writeTo(temporary);
                if (Files.exists(target)) {
                    Files.move(target, before, StandardCopyOption.ATOMIC_MOVE);
                }
            });
        } finally {
            if (Files.exists(before) && !Files.exists(target)) {
                Files.move(before, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        deleteQuietly(before);
    }

    private static Path temporaryBeside(Path target) {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        return target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + "-" + random + ".tmp");
    }

    /**
     * Deletes the unfinished files that processes of this machine left in a folder when they were killed. The name of such a
     * file has the process that writes it: those of living ones stay.
     *
     * @param folder looked at, but not the folders in it; one that is not there has nothing
     * @throws IOException where it cannot be listed
     */
    public static void deleteLeftBehind(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(AtomicFile::isLeftBehind).forEach(AtomicFile::deleteQuietly);
            }
        }
    }

    private static boolean isLeftBehind(Path file) {
        Matcher name = TEMPORARY.matcher(String.valueOf(file.getFileName()));
        if (!name.matches() || UNFINISHED.contains(file)) {
            return false;
        }
        long writer = Long.parseLong(name.group(1));
        // a number is used again, in a container even at once: then it is this process, which does not know the file
        return writer == ProcessHandle.current().pid()
                || ProcessHandle.of(writer).isEmpty();
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
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                try (Stream<Path> inside = Files.list(file)) {
                    inside.forEach(AtomicFile::deleteQuietly);
                }
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(AtomicFile.class.getName()).log(System.Logger.Level.DEBUG, "left behind: " + file, e);
        }
    }
}
