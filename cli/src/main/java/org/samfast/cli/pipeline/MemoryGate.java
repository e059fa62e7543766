package org.samfast.cli.pipeline;

/**
 * Bounds the bytes in hand. What an input will take is known only once it is read, so that as much is set aside for it as
 * the largest took so far. A single input always passes.
 */
final class MemoryGate {
    private final long limit;
    private long held;
    private long expected;
    private boolean measured;

    /** @param firstExpected what to set aside as long as none is measured */
    MemoryGate(long limit, long firstExpected) {
        this.limit = limit;
        this.expected = firstExpected;
    }

    /** Waits until one more fits; the bytes set aside for it. */
    synchronized long reserve() throws InterruptedException {
        while (held > 0 && held + expected > limit) {
            wait();
        }
        held += expected;
        return expected;
    }

    /** Replaces what was set aside by what is really taken. */
    synchronized void settle(long reserved, long bytes) {
        held += bytes - reserved;
        expected = measured ? Math.max(expected, bytes) : bytes;
        measured = true;
        notifyAll();
    }

    synchronized void release(long bytes) {
        held -= bytes;
        notifyAll();
    }
}
