package org.samfast.cuda.device;

/**
 * How often the driver was called since the device was opened.
 *
 * @param launches of kernels, and of graphs, which count once each
 * @param synchronisations the host waited for a stream or an event
 * @param blockingCopies between the host and the GPU; each waits for all work of its stream
 * @param allocations of memory on the GPU or page-locked, and what gives it back: the driver may wait for the GPU in them
 */
public record CallCounts(long launches, long synchronisations, long blockingCopies, long allocations) {
    /** What was added since. */
    public CallCounts since(CallCounts earlier) {
        return new CallCounts(
                launches - earlier.launches,
                synchronisations - earlier.synchronisations,
                blockingCopies - earlier.blockingCopies,
                allocations - earlier.allocations);
    }

    /** How often the host waited for the GPU, allocations aside. */
    public long waits() {
        return synchronisations + blockingCopies;
    }
}
