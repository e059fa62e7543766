package org.samfast.cuda.device;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jcuda.driver.CUresult;
import org.samfast.backend.BackendException;

/** What a device has handed out: memory on the GPU, and page-locked memory of the host. */
final class DeviceMemory {
    final Bytes onGpu = new Bytes();
    final Bytes pinned = new Bytes();
    final Holdings heldOnGpu = new Holdings();
    final Holdings heldPinned = new Holdings();

    private final Gate gate;
    private volatile long limit = Long.MAX_VALUE;
    /** The context takes their memory with it, and no segment may be left that reaches there. */
    private final Set<PinnedBuffer> pinnedBuffers = ConcurrentHashMap.newKeySet();

    DeviceMemory(Gate gate) {
        this.gate = gate;
    }

    long allocate(String what, long bytes) {
        requireSome(what, bytes, "device");
        long[] address = new long[1];
        Supplier<String> doing = () -> "allocating " + bytes + " bytes for " + what + " on "
                + gate.gpu().name();
        if (onGpu.taken() > limit - bytes) {
            throw new BackendException(
                    doing.get() + ", where " + onGpu.taken() + " are taken here already: more than the " + limit
                            + " of --gpu-mem; raise it, or use a smaller batch or smaller images");
        }
        int result = gate.result(Gate.Kind.ALLOCATION, driver -> driver.allocate(address, bytes), doing);
        if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new BackendException(doing.get() + ", where " + freeInWords() + " and " + onGpu.taken()
                    + " are taken here already: " + DriverResult.name(result)
                    + "; use a smaller batch (--gpu-mem finds one that fits), or end other programs on this GPU");
        }
        gate.check(result, doing);
        onGpu.take(bytes);
        heldOnGpu.take(address[0], what, bytes);
        return address[0];
    }

    void limit(long most) {
        limit = most;
    }

    private String freeInWords() {
        long[] free = new long[1];
        long[] total = new long[1];
        return ask(free, total) == CUresult.CUDA_SUCCESS
                ? free[0] + " of " + total[0] + " are free"
                : "the free memory is unknown";
    }

    Device.Free free() {
        long[] free = new long[1];
        long[] total = new long[1];
        gate.check(ask(free, total), () -> "asking for free memory");
        return new Device.Free(free[0], total[0]);
    }

    private int ask(long[] free, long[] total) {
        return gate.result(Gate.Kind.OTHER, driver -> driver.memory(free, total), () -> "asking for free memory");
    }

    void free(long address, long bytes) {
        heldOnGpu.giveBack(address);
        gate.close(
                Gate.Kind.ALLOCATION,
                driver -> driver.free(address),
                () -> "freeing " + bytes + " bytes on " + gate.gpu().name());
        onGpu.giveBack(bytes);
    }

    PinnedBuffer allocatePinned(String what, long bytes) {
        requireSome(what, bytes, "page-locked");
        long[] address = new long[1];
        gate.call(
                Gate.Kind.ALLOCATION,
                driver -> driver.allocatePinned(address, bytes),
                () -> "allocating " + bytes + " bytes of page-locked memory for " + what + ", where " + pinned.taken()
                        + " are taken here already");
        pinned.take(bytes);
        heldPinned.take(address[0], what, bytes);
        PinnedBuffer made = new PinnedBuffer(this, address[0], bytes);
        pinnedBuffers.add(made);
        return made;
    }

    void free(PinnedBuffer buffer, long address) {
        pinnedBuffers.remove(buffer);
        heldPinned.giveBack(address);
        gate.close(
                Gate.Kind.ALLOCATION,
                driver -> driver.freePinned(address),
                () -> "freeing " + buffer.bytes() + " bytes of page-locked memory");
        pinned.giveBack(buffer.bytes());
    }

    /** Before the context goes. */
    void closePinned() {
        pinnedBuffers.forEach(PinnedBuffer::close);
    }

    private static void requireSome(String what, long bytes, String kind) {
        if (bytes < 1) {
            throw new IllegalArgumentException(what + ": expected 1 byte or more of " + kind + " memory, got " + bytes);
        }
    }
}
