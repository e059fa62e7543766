package org.samfast.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.RememberedHash;

/**
 * What a cache entry depends on: the checkpoint's content, our graphs, ONNX Runtime, and the processor its packing is
 * made for.
 */
final class OnnxCacheKey {
    /** Raise with every change to the graphs or to how they are stored. */
    private static final int GRAPHS = 4;

    private OnnxCacheKey() {}

    static String of(Checkpoint checkpoint, Path directory) throws IOException {
        String rest = "graphs " + GRAPHS + " onnxruntime "
                + OnnxEnvironment.get().getVersion() + " " + System.getProperty("os.arch") + processor();
        return RememberedHash.of(checkpoint, directory.resolve("hashes")).substring(0, 32) + "-"
                + sha256(rest).substring(0, 8);
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
