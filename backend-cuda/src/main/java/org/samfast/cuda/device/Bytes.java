package org.samfast.cuda.device;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes are taken, and how many were at most. */
final class Bytes {
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();

    void take(long bytes) {
        peak.accumulateAndGet(taken.addAndGet(bytes), Math::max);
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }

    long peak() {
        return peak.get();
    }
}
