package org.samfast.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.RememberedHash;
import org.samfast.file.Sha256;

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
                + OnnxSession.environment().getVersion() + " " + System.getProperty("os.arch") + processor();
        return RememberedHash.of(checkpoint, directory.resolve("hashes")).substring(0, 32) + "-"
                + Sha256.of(rest.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
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
}
