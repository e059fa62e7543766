package org.samfast.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.samfast.backend.CpuModel;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.RememberedHash;

/**
 * What a cache entry depends on: the checkpoint's content, what it computes in, our graphs, ONNX Runtime, and the
 * processor its packing is made for.
 */
final class OnnxCacheKey {
    /** Raise with every change to the graphs or to how they are stored. */
    private static final int GRAPHS = 4;

    private OnnxCacheKey() {}

    static String of(Checkpoint checkpoint, Precision computed, Path directory) throws IOException {
        String rest = String.join(
                " ",
                computed.label(),
                "graphs " + GRAPHS,
                "onnxruntime " + OnnxEnvironment.get().getVersion(),
                System.getProperty("os.arch"),
                CpuModel.name(),
                CpuModel.features());
        return RememberedHash.of(checkpoint, directory.resolve("hashes")).substring(0, 32) + "-"
                + sha256(rest).substring(0, 8);
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
