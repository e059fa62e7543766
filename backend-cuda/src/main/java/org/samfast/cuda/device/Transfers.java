package org.samfast.cuda.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies between Java's memory and the device in the order of a stream, through page-locked memory, so that nobody waits
 * before {@link #finish}. For one thread at a time; several of them may serve one stream.
 */
public final class Transfers implements AutoCloseable {
    /** Of page-locked memory taken at once; a larger copy gets a slab of its own. */
    private static final long SLAB_BYTES = 32L << 20;

    private static final long ALIGNMENT = 64;

    private final Device device;
    private final Stream stream;
    private final List<PinnedBuffer> slabs = new ArrayList<>();
    private int slab;
    private long used;

    public Transfers(Device device, Stream stream) {
        this.device = device;
        this.stream = stream;
    }

    /** A copy of Java's memory where the device can fetch it from, until {@link #reset}. */
    public record Staged(PinnedBuffer in, long at, long bytes) {}

    /** Copies all of that memory, which may be changed afterwards. Puts nothing into the stream. */
    public Staged stage(MemorySegment from) {
        long at = take(from.byteSize());
        PinnedBuffer pinned = slabs.get(slab);
        stream.onHost("copy in", () -> MemorySegment.copy(from, 0, pinned.segment(), at, from.byteSize()));
        return new Staged(pinned, at, from.byteSize());
    }

    /** Copies what is staged to the start of the buffer. */
    public void upload(DeviceBuffer to, Staged from) {
        to.uploadAsync(stream, from.in, from.at, from.bytes);
    }

    /** Copies all of that memory, which may be changed afterwards, to the start of the buffer. */
    public void upload(DeviceBuffer to, MemorySegment from) {
        upload(to, stage(from));
    }

    /** Copies from the start of the buffer to memory that holds it from {@link #finish} until {@link #reset}. */
    public MemorySegment download(DeviceBuffer from, long bytes) {
        long at = take(bytes);
        PinnedBuffer pinned = slabs.get(slab);
        from.downloadAsync(stream, pinned, at, bytes);
        return pinned.segment().asSlice(at, bytes);
    }

    /** Waits until the stream has done all that was put into it. */
    public void finish() {
        stream.synchronize();
    }

    /** After {@link #finish}: the memory is free for other copies. */
    public void reset() {
        slab = 0;
        used = 0;
    }

    /** Room in the current slab, or in the next that has it. */
    private long take(long bytes) {
        while (slab < slabs.size() && slabs.get(slab).segment().byteSize() - used < bytes) {
            slab++;
            used = 0;
        }
        if (slab == slabs.size()) {
            slabs.add(device.allocatePinned("copies to and from the GPU", Math.max(SLAB_BYTES, bytes)));
        }
        long at = used;
        used = Math.ceilDiv(at + bytes, ALIGNMENT) * ALIGNMENT;
        return at;
    }

    @Override
    public void close() {
        slabs.forEach(PinnedBuffer::close);
        slabs.clear();
    }
}
