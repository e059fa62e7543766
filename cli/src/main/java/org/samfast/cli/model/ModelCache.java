package org.samfast.cli.model;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folder where {@code sam} keeps what can be made or fetched again.
 *
 * @param root {@code SAM_CACHE_DIR}, or the platform's cache folder for applications
 */
public record ModelCache(Path root) {
    /** The cache of this user on this machine. */
    public static ModelCache ofPlatform() {
        return of(System.getenv(), System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
    }

    static ModelCache of(Map<String, String> environment, String system, Path home) {
        String chosen = set(environment, "SAM_CACHE_DIR");
        return new ModelCache(chosen != null ? Path.of(chosen) : platform(environment, system, home));
    }

    private static Path platform(Map<String, String> environment, String system, Path home) {
        String lower = system.toLowerCase(Locale.ROOT);
        if (lower.startsWith("mac")) {
            return home.resolve("Library/Caches/sam");
        }
        if (lower.startsWith("windows")) {
            String local = set(environment, "LOCALAPPDATA");
            return local != null ? Path.of(local, "sam") : home.resolve("AppData/Local/sam");
        }
        String cache = set(environment, "XDG_CACHE_HOME");
        // the XDG specification: a relative path is invalid and to be ignored
        return cache != null && Path.of(cache).isAbsolute() ? Path.of(cache, "sam") : home.resolve(".cache/sam");
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
        return root.resolve("onnx");
    }

    /** An empty file for each backend, device, driver and build that was right. */
    public Path verified() {
        return root.resolve("verified");
    }

    private static @Nullable String set(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
