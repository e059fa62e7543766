package org.samfast.djl;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.Backends;
import org.samfast.backend.CacheFolder;
import org.samfast.backend.Precision;

/**
 * What {@code Criteria.optOption} takes.
 *
 * @param backend {@code backend}: {@code auto}, {@code cuda} or {@code onnx}
 * @param opening {@code threads}, {@code precision} (fp32, fp16, bf16) and {@code cacheDirectory}
 */
record SamOptions(String backend, BackendOptions opening) {
    private static final Set<String> KNOWN = Set.of("backend", "threads", "precision", "cacheDirectory");

    /** Reads DJL's options; one of another name is an error, because it would have no effect. */
    static SamOptions of(Map<String, ?> options) {
        return of(options, CacheFolder.ofUser());
    }

    static SamOptions of(Map<String, ?> options, Path userCache) {
        for (String name : options.keySet()) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException("option '" + name + "' is unknown to the engine Sam. Known: "
                        + String.join(", ", new TreeSet<>(KNOWN)) + ".");
            }
        }
        String backend = text(options, "backend", Backends.AUTO);
        Path cache = Path.of(
                text(options, "cacheDirectory", CacheFolder.onnx(userCache).toString()));
        BackendOptions opening = new BackendOptions(threads(text(options, "threads", "0")), cache, null, null);
        return new SamOptions(
                backend,
                options.containsKey("precision")
                        ? opening.computing(precision(text(options, "precision", "")))
                        : opening);
    }

    private static String text(Map<String, ?> options, String name, String otherwise) {
        Object value = options.get(name);
        return value == null ? otherwise : value.toString();
    }

    private static int threads(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("option 'threads': expected a whole number, got '" + text + "'", e);
        }
    }

    private static Precision precision(String text) {
        return Precision.labelled(text.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new IllegalArgumentException("option 'precision': expected one of "
                        + Arrays.stream(Precision.values())
                                .map(Precision::label)
                                .collect(Collectors.joining(", "))
                        + ", got '" + text + "'"));
    }
}
