package org.samfast.cli.pipeline;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** One input on its way through the stages. */
final class Slot<I, D> {
    private final I input;
    private final long reserved;
    private final Future<D> read;
    private final CompletableFuture<Work.InOrder> written = new CompletableFuture<>();
    private volatile long bytes;

    /** @param reserved bytes set aside for it */
    Slot(I input, long reserved, Future<D> read) {
        this.input = input;
        this.reserved = reserved;
        this.read = read;
        this.bytes = reserved;
    }

    I input() {
        return input;
    }

    /** Bytes taken by what was read and by the result. */
    long bytes() {
        return bytes;
    }

    /** Waits for reading; ExecutionException where that failed. */
    D read() throws ExecutionException, InterruptedException {
        return read.get();
    }

    /** Once it is known what it takes, instead of what was set aside. */
    void settle(MemoryGate memory, long taken) {
        memory.settle(reserved, taken);
        bytes = taken;
    }

    /** The end of writing. */
    void end(Work.InOrder rest) {
        written.complete(rest);
    }

    void fail(Throwable error) {
        written.completeExceptionally(error);
    }

    /** The run stops before this input was computed. */
    void drop() {
        written.cancel(false);
    }

    /** Waits for writing and does the rest; CancellationException where it was dropped. */
    Work.InOrder written() throws ExecutionException, InterruptedException {
        return written.get();
    }
}
