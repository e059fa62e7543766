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
    /** IllegalArgumentException where {@code threads} is negative. */
    public BackendOptions {
        if (threads < 0) {
            throw new IllegalArgumentException("threads: expected 0 or more, got " + threads);
        }
    }

    /**
     * With the backend's own choice of what memory it takes.
     *
     * @param threads CPU threads to compute with; 0 for one per core
     * @param cacheDirectory where a backend may keep what it derives from a checkpoint
     * @param precision what to compute in; null for the backend's best
     * @param observer sees every stage; null for none
     * @param tuning what runs of a backend that has a choice
     */
    public BackendOptions(
            int threads,
            Path cacheDirectory,
            @Nullable Precision precision,
            @Nullable StageObserver observer,
            Tuning tuning) {
        this(threads, cacheDirectory, precision, observer, tuning, null);
    }

    /**
     * With the backend's own choice of what runs, too.
     *
     * @param threads CPU threads to compute with; 0 for one per core
     * @param cacheDirectory where a backend may keep what it derives from a checkpoint
     * @param precision what to compute in; null for the backend's best
     * @param observer sees every stage; null for none
     */
    public BackendOptions(
            int threads, Path cacheDirectory, @Nullable Precision precision, @Nullable StageObserver observer) {
        this(threads, cacheDirectory, precision, observer, Tuning.BEST);
    }

    /**
     * {@return the same but for the precision}
     *
     * @param wanted what to compute in
     */
    public BackendOptions computing(Precision wanted) {
        return new BackendOptions(threads, cacheDirectory, wanted, observer, tuning, memory);
    }

    /**
     * {@return the same but for the memory}
     *
     * @param plan what to keep to of the device's memory
     */
    public BackendOptions within(MemoryPlan plan) {
        return new BackendOptions(threads, cacheDirectory, precision, observer, tuning, plan);
    }
}
