package org.samfast.cli.bench;

import java.util.concurrent.atomic.AtomicLong;

/** The most anonymous memory that this process has until this is closed, looked at every few milliseconds. */
final class AnonymousPeak implements AutoCloseable {
    private static final long PAUSE_MILLIS = 5;

    private final AtomicLong peak = new AtomicLong();
    private final Thread watching;

    AnonymousPeak() {
        look();
        watching = Thread.ofPlatform().daemon().name("memory").start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(PAUSE_MILLIS);
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look() {
        peak.accumulateAndGet(HostMemory.anonymousBytes(), Math::max);
    }

    long bytes() {
        look();
        return peak.get();
    }

    @Override
    public void close() {
        watching.interrupt();
    }
}
