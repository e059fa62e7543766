package org.samfast.backend;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a backend is opened.
 *
 * @param threads CPU threads to compute with; 0 for one per core
 * @param cacheDirectory where a backend may keep what it derives from a checkpoint
 * @param precision what to compute in; null for the backend's best
 * @param observer sees every stage; null for none
 */
public record BackendOptions(
        int threads,
        Path cacheDirectory,
        @Nullable Precision precision,
        @Nullable StageObserver observer) {
    public BackendOptions {
        if (threads < 0) {
            throw new IllegalArgumentException("threads: expected 0 or more, got " + threads);
        }
    }

    /** The same but for the precision. */
    public BackendOptions computing(Precision wanted) {
        return new BackendOptions(threads, cacheDirectory, wanted, observer);
    }
}
