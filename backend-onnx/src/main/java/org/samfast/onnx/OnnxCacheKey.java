package org.samfast.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.samfast.backend.CpuModel;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.RememberedHash;
import org.samfast.file.Sha256;

/**
 * What a cache entry depends on: the checkpoint's content, what it computes in, our graphs, ONNX Runtime, and the
 * processor its packing is made for.
 */
final class OnnxCacheKey {
    /** Raise with every change to the graphs or to how they are stored. */
    private static final int GRAPHS = 5;

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
                + Sha256.of(rest.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
    }
}
