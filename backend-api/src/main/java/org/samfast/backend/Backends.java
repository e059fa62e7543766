package org.samfast.backend;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.samfast.checkpoint.Checkpoint;

/** The backends on the class path, and the choice among them. */
public final class Backends {
    /** The name that takes the best backend usable here. */
    public static final String AUTO = "auto";

    private Backends() {}

    /** {@return every backend on the class path, best rank first; usable here or not} */
    public static List<BackendProvider> all() {
        return ServiceLoader.load(BackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(BackendProvider::rank).reversed())
                .toList();
    }

    /**
     * {@return the backend of that name, or for {@code auto} the best usable one} A named backend is never replaced by
     * another.
     *
     * @param name a backend's, or {@code auto}
     * @throws BackendException where it is unknown or not usable here, naming those that are
     */
    public static BackendProvider choose(String name) {
        return choose(name, all());
    }

    static BackendProvider choose(String name, List<BackendProvider> all) {
        if (name.equals(AUTO)) {
            return all.stream().filter(Backends::isUsable).findFirst().orElseThrow(() -> noneUsable(all));
        }
        BackendProvider found = all.stream()
                .filter(backend -> backend.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BackendException(unknown(name, all)));
        found.unusableBecause().ifPresent(reason -> {
            throw new BackendException("backend '" + name + "' is not usable: " + reason + ". Usable here: "
                    + names(all.stream().filter(Backends::isUsable).toList()) + ".");
        });
        return found;
    }

    /**
     * {@return in one sentence that no backend has that name, and which there are; empty where one has, usable here or not}
     *
     * @param name a backend's, or {@code auto}
     */
    public static Optional<String> unknown(String name) {
        List<BackendProvider> all = all();
        boolean known = name.equals(AUTO)
                || all.stream().anyMatch(backend -> backend.name().equals(name));
        return known ? Optional.empty() : Optional.of(unknown(name, all));
    }

    private static String unknown(String name, List<BackendProvider> all) {
        return "backend '" + name + "' is unknown. Known: auto, " + names(all) + ".";
    }

    /**
     * {@return for {@code auto} every backend usable here, best first; otherwise the one of that name, as {@link
     * #choose} has it}
     *
     * @param name a backend's, or {@code auto}
     */
    public static List<BackendProvider> candidates(String name) {
        BackendProvider first = choose(name);
        return name.equals(AUTO) ? all().stream().filter(Backends::isUsable).toList() : List.of(first);
    }

    /**
     * Chooses and opens in one call.
     *
     * @param name a backend's, or {@code auto}
     * @param weights the model, open as long as the backend
     * @param options threads, precision and what else it takes
     * @return the backend, which the caller closes
     * @throws BackendException where it is not usable here, refuses the precision or cannot open the weights
     */
    public static SamBackend open(String name, Checkpoint weights, BackendOptions options) {
        BackendProvider provider = choose(name);
        requireSupport(provider, options.precision());
        requireTuning(provider, options.tuning());
        return provider.open(weights, options);
    }

    /**
     * Checks that the backend takes that precision, natively or widened; null for its own choice.
     *
     * @param backend usable here
     * @param precision to compute in, or null
     * @throws BackendException where it refuses it, naming those that it supports
     */
    public static void requireSupport(BackendProvider backend, @Nullable Precision precision) {
        if (precision != null && backend.support(precision) == Support.REFUSED) {
            throw new BackendException("backend '" + backend.name() + "' does not compute in " + precision.label()
                    + ". It supports: " + supported(backend) + ".");
        }
    }

    /**
     * Checks that the backend can be tuned so.
     *
     * @param backend usable here
     * @param tuning what is to run
     * @throws BackendException where it has no such choice
     */
    public static void requireTuning(BackendProvider backend, Tuning tuning) {
        if (!tuning.equals(Tuning.BEST) && !backend.tunes()) {
            throw new BackendException("backend '" + backend.name()
                    + "' has no choice of kernels, graphs or overlap; got " + tuning.label());
        }
    }

    private static String supported(BackendProvider backend) {
        return Arrays.stream(Precision.values())
                .filter(precision -> backend.support(precision) != Support.REFUSED)
                .map(Precision::label)
                .collect(Collectors.joining(", "));
    }

    private static boolean isUsable(BackendProvider backend) {
        return backend.unusableBecause().isEmpty();
    }

    private static BackendException noneUsable(List<BackendProvider> all) {
        return new BackendException("no backend is usable here: "
                + all.stream()
                        .map(backend -> backend.name() + ": "
                                + backend.unusableBecause().orElseThrow())
                        .collect(Collectors.joining("; ")));
    }

    private static String names(List<BackendProvider> backends) {
        return backends.isEmpty()
                ? "none"
                : backends.stream().map(BackendProvider::name).collect(Collectors.joining(", "));
    }
}
