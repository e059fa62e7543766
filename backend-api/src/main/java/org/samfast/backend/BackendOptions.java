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
 * @param tuning what runs of a backend that has a choice; another refuses all but {@link Tuning#BEST}
 * @param memory what to keep to of the device's memory; null for the backend's own choice
 */
public record BackendOptions(
        int threads,
        Path cacheDirectory,
        @Nullable Precision precision,
        @Nullable StageObserver observer,
        Tuning tuning,
        @Nullable MemoryPlan memory) {
    public BackendOptions {
        if (threads < 0) {
            throw new IllegalArgumentException("threads: expected 0 or more, got " + threads);
        }
    }

    /** With the backend's own choice of what memory it takes. */
    public BackendOptions(
            int threads,
            Path cacheDirectory,
            @Nullable Precision precision,
            @Nullable StageObserver observer,
            Tuning tuning) {
        this(threads, cacheDirectory, precision, observer, tuning, null);
    }

    /** With the backend's own choice of what runs, too. */
    public BackendOptions(
            int threads, Path cacheDirectory, @Nullable Precision precision, @Nullable StageObserver observer) {
        this(threads, cacheDirectory, precision, observer, Tuning.BEST);
    }

    /** The same but for the precision. */
    public BackendOptions computing(Precision wanted) {
        return new BackendOptions(threads, cacheDirectory, wanted, observer, tuning, memory);
    }

    /** The same but for what runs. */
    public BackendOptions tuned(Tuning wanted) {
        return new BackendOptions(threads, cacheDirectory, precision, observer, wanted, memory);
    }

    /** The same but for the memory. */
    public BackendOptions within(MemoryPlan plan) {
        return new BackendOptions(threads, cacheDirectory, precision, observer, tuning, plan);
    }
}
