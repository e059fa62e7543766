package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.samfast.checkpoint.Checkpoint;

/**
 * Optimised graphs and packed weights on disk, one folder per checkpoint content. A folder appears under its name only
 * when it is complete and on the disk: it is built under another name, by one process at a time, and moved. What a
 * killed build left is removed by the next.
 */
final class OnnxCache {
    /** Writes one stored model. */
    interface Builder {
        void build(OnnxModels.Part part, Path file) throws OrtException, IOException;
    }

    private final Path directory;

    OnnxCache(Path directory) {
        this.directory = directory;
    }

    /** The folder with the checkpoint's stored models, built first where it is not there. */
    Path entry(Checkpoint checkpoint, Builder builder) throws OrtException, IOException {
        Files.createDirectories(directory);
        String key = OnnxCacheKey.of(checkpoint, directory);
        Path entry = directory.resolve(key);
        if (!Files.isDirectory(entry)) {
            lockAndBuild(entry, builder);
        }
        return entry;
    }

    private void lockAndBuild(Path entry, Builder builder) throws OrtException, IOException {
        Path lockFile = directory.resolve(entry.getFileName() + ".lock");
        synchronized (OnnxCache.class) { // a FileLock keeps out other processes, not other threads
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                if (!Files.isDirectory(entry)) {
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
            flush(unfinished);
            Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(unfinished);
        }
    }

    /** So that a power cut cannot leave a folder with the final name and half its bytes. */
    private static void flush(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
