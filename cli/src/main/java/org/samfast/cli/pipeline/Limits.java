package org.samfast.cli.pipeline;

/**
 * How much a run has in hand at once.
 *
 * @param batch most inputs per call of the backend
 * @param calls of the backend at once
 * @param threads for reading, and as many for writing
 * @param bytes most memory of what was read and not yet written; one input may take more
 */
public record Limits(int batch, int calls, int threads, long bytes) {
    /** Decoding 50 megapixels takes this much. */
    private static final long HEAP_PER_READER = 512L << 20;

    private static final int MOST_THREADS = 8;

    /** Limits for this machine: half of its cores read and half of them write, and a quarter of the heap is used. */
    public static Limits ofMachine(int batch, int calls) {
        long heap = Runtime.getRuntime().maxMemory();
        long cores = Runtime.getRuntime().availableProcessors() / 2;
        long threads = Math.clamp(Math.min(cores, heap / HEAP_PER_READER), 1, MOST_THREADS);
        return new Limits(batch, calls, Math.toIntExact(threads), heap / 4);
    }

    /** Most inputs in hand: a batch that is gathered, one in each call, and one more for every thread. */
    int inputs() {
        return (1 + calls) * batch + 2 * threads;
    }
}
