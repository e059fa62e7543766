package org.samfast.cuda.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Page-locked memory of the host: the GPU copies from and to it while the host goes on. Close it when no copy is in flight;
 * closing the device closes it too. Safe for use by many threads, its contents as far as the stream's order goes.
 */
public final class PinnedBuffer implements Memory {
    private final DeviceMemory owner;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    @SuppressWarnings("restricted")
    PinnedBuffer(DeviceMemory owner, long address, long bytes) {
        this.owner = owner;
        segment = MemorySegment.ofAddress(address).reinterpret(bytes, arena, null);
    }

    /** All of it; not accessible once this is closed. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public long bytes() {
        return segment.byteSize();
    }

    /** A part for a copy. */
    MemorySegment part(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, bytes());
        return segment.asSlice(offset, length);
    }

    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            owner.free(this, segment.address());
        }
    }
}
