package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;

/**
 * Optimised graphs and packed weights on disk, one folder per checkpoint content and precision. A folder appears under its name only
 * when it is complete and on the disk: it is built under another name, by one process at a time, and moved. What a
 * killed build left is removed by the next, and a folder whose files lost bytes since is built again.
 */
final class OnnxCache {
    /** Writes one stored model. */
    interface Builder {
        void build(OnnxModels.Part part, Path file) throws OrtException, IOException;
    }

    /** The sizes of the other files of a folder, which a mapped file cut short would otherwise crash on. */
    private static final String SIZES = "sizes";

    /** A file system with less room than this is full: ONNX Runtime says only that it failed to write. */
    private static final long LITTLE_ROOM = 1 << 20;

    private final Path directory;

    OnnxCache(Path directory) {
        this.directory = directory;
    }

    /** The folder with the checkpoint's stored models that compute so, built first where it is not there. */
    Path entry(Checkpoint checkpoint, Precision computed, Builder builder) throws OrtException, IOException {
        Files.createDirectories(directory);
        Path entry = directory.resolve(OnnxCacheKey.of(checkpoint, computed, directory));
        if (!isWhole(entry)) {
            lockAndBuild(entry, builder);
        }
        return entry;
    }

    private void lockAndBuild(Path entry, Builder builder) throws OrtException, IOException {
        Path lockFile = directory.resolve(entry.getFileName() + ".lock");
        synchronized (OnnxCache.class) { // a FileLock keeps out other processes, not other threads
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                if (!isWhole(entry)) {
                    build(entry, builder);
                }
            }
        }
    }

    private void build(Path entry, Builder builder) throws OrtException, IOException {
        Path unfinished = directory.resolve(entry.getFileName() + ".unfinished");
        delete(unfinished);
        Files.createDirectory(unfinished);
        try {
            for (OnnxModels.Part part : OnnxModels.Part.values()) {
                builder.build(part, unfinished.resolve(part.fileName()));
            }
            Files.writeString(unfinished.resolve(SIZES), sizes(unfinished));
            flush(unfinished);
            delete(entry);
            Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
        } catch (OrtException e) {
            if (isFull()) {
                throw new IOException("the disk is full", e);
            }
            throw e;
        } finally {
            delete(unfinished);
        }
    }

    private boolean isFull() throws IOException {
        return Files.getFileStore(directory).getUsableSpace() < LITTLE_ROOM;
    }

    private static boolean isWhole(Path entry) throws IOException {
        Path sizes = entry.resolve(SIZES);
        return Files.isRegularFile(sizes) && Files.readString(sizes).equals(sizes(entry));
    }

    private static String sizes(Path folder) throws IOException {
        StringBuilder sizes = new StringBuilder();
        for (Path file : files(folder)) {
            if (!file.endsWith(SIZES)) {
                sizes.append(file.getFileName())
                        .append(' ')
                        .append(Files.size(file))
                        .append('\n');
            }
        }
        return sizes.toString();
    }

    /** So that a power cut cannot leave a folder with the final name and half its bytes. */
    private static void flush(Path folder) throws IOException {
        for (Path file : files(folder)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            for (Path file : files(folder)) {
                Files.delete(file);
            }
            Files.delete(folder);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
