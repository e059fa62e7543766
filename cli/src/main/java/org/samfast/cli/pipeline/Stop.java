package org.samfast.cli.pipeline;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whether a run takes up further inputs, and if not, why; the first reason stays. Safe for use by many threads. */
final class Stop {
    private final AtomicReference<@Nullable Reason> reason = new AtomicReference<>();

    enum Reason {
        INTERRUPTED,
        DISK_FULL,
        BACKEND_LOST,
        FAILED
    }

    /** Returns whether this is the first request. */
    boolean request(Reason why) {
        return reason.compareAndSet(null, why);
    }

    boolean isRequested() {
        return reason.get() != null;
    }

    @Nullable
    Reason reason() {
        return reason.get();
    }
}
