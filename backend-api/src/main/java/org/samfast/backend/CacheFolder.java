package org.samfast.backend;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder of what can be made or fetched again: {@code SAM_CACHE_DIR}, or the platform's cache folder for applications. */
public final class CacheFolder {
    private CacheFolder() {}

    /** {@return this user's on this machine, there or not} */
    public static Path ofUser() {
        return of(System.getenv(), System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
    }

    /**
     * {@return where below a cache folder the graphs lie that the ONNX backend made from checkpoints}
     *
     * @param root a cache folder
     */
    public static Path onnx(Path root) {
        return root.resolve("onnx");
    }

    static Path of(Map<String, String> environment, String system, Path home) {
        String chosen = set(environment, "SAM_CACHE_DIR");
        return chosen != null ? Path.of(chosen) : platform(environment, system, home);
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

    private static @Nullable String set(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
