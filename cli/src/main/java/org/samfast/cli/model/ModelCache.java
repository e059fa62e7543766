package org.samfast.cli.model;

import java.nio.file.Path;
import org.samfast.backend.CacheFolder;

/**
 * The folder where {@code sam} keeps what can be made or fetched again.
 *
 * @param root {@link CacheFolder}'s, unless a test names one
 */
public record ModelCache(Path root) {
    /** The cache of this user on this machine. */
    public static ModelCache ofPlatform() {
        return new ModelCache(CacheFolder.ofUser());
    }

    /** Downloaded checkpoints. */
    public Path models() {
        return root.resolve("models");
    }

    /** Where a published model lies once it is downloaded. */
    public Path file(PublishedModel model) {
        return models().resolve(model.fileName());
    }

    /** Graphs that the ONNX backend made from checkpoints. */
    public Path onnx() {
        return CacheFolder.onnx(root);
    }

    /** Hashes of checkpoints, by the identity of their files. */
    public Path hashes() {
        return onnx().resolve("hashes");
    }

    /** Checkpoints converted for {@code --precision}. */
    public Path packed() {
        return root.resolve("packed");
    }

    /** An empty file for each backend, device, driver and build that was right. */
    public Path verified() {
        return root.resolve("verified");
    }
}
