package org.samfast.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.checkpoint.Checkpoint;

/**
 * What a cache entry depends on: the checkpoint's content, our graphs, ONNX Runtime, and the processor its packing is
 * made for. Hashing ViT-H takes seconds, so the hash of a file is remembered under its identity: real path, inode,
 * size and time of last change.
 */
final class OnnxCacheKey {
    /** Raise with every change to the graphs or to how they are stored. */
    private static final int GRAPHS = 4;

    private OnnxCacheKey() {}

    static String of(Checkpoint checkpoint, Path directory) throws IOException {
        String rest = "graphs " + GRAPHS + " onnxruntime "
                + OnnxSession.environment().getVersion() + " " + System.getProperty("os.arch") + processor();
        return contentHash(checkpoint, directory).substring(0, 32) + "-"
                + sha256(rest).substring(0, 8);
    }

    private static String contentHash(Checkpoint checkpoint, Path directory) throws IOException {
        Path remembered = directory.resolve("hashes").resolve(sha256(identity(checkpoint.file())));
        if (Files.isRegularFile(remembered)) {
            String hash = Files.readString(remembered);
            if (hash.length() == 64) {
                return hash;
            }
        }
        String hash = checkpoint.sha256();
        remember(remembered, hash);
        return hash;
    }

    private static void remember(Path file, String hash) throws IOException {
        Files.createDirectories(file.getParent());
        Path written = Files.createTempFile(file.getParent(), "hash", ".unfinished");
        Files.writeString(written, hash);
        try {
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.deleteIfExists(written);
            throw e;
        }
    }

    private static String identity(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return file.toRealPath() + "\n" + attributes.fileKey() + "\n" + attributes.size() + "\n"
                + attributes.lastModifiedTime();
    }

    /** Model and features of the first processor, where the system tells. */
    private static String processor() throws IOException {
        Path cpuInfo = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(cpuInfo)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(cpuInfo, StandardCharsets.ISO_8859_1)) {
            return lines.takeWhile(line -> !line.isBlank())
                    .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
                    .collect(Collectors.joining());
        }
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
