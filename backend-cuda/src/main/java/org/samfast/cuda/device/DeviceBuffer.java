package org.samfast.cuda.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import jcuda.driver.CUresult;
import org.jspecify.annotations.Nullable;

/** Memory on the GPU: an allocation that this owns, or a slice of one. */
public final class DeviceBuffer implements Memory {
    /** The null pointer, for arguments that a kernel may do without. */
    public static final DeviceBuffer NONE = new DeviceBuffer(null, 0, 0, false);

    /** A Java array reaches the driver through native memory of this size. */
    private static final long STAGING_BYTES = 16L << 20;

    private final @Nullable Device device;
    private final long address;
    private final long bytes;
    private boolean owned;

    DeviceBuffer(@Nullable Device device, long address, long bytes, boolean owned) {
        this.device = device;
        this.address = address;
        this.bytes = bytes;
        this.owned = owned;
    }

    public long address() {
        return address;
    }

    /** Where nothing is: for {@link Fault}. */
    DeviceBuffer farAway(long distance) {
        return new DeviceBuffer(device, address + distance, bytes, false);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** A part of this, in bytes; closing the part does nothing. */
    public DeviceBuffer slice(long offset, long length) {
        if (offset < 0 || length < 1 || offset > bytes - length) {
            throw new IndexOutOfBoundsException(
                    "slice at " + offset + " of " + length + " bytes of a device buffer of " + bytes + " bytes");
        }
        return new DeviceBuffer(device, address + offset, length, false);
    }

    /** Copies all of that memory to the start of this; done on return. */
    public void upload(Stream stream, MemorySegment from) {
        checkFits(from.byteSize());
        if (from.isNative()) {
            send(stream, address, from);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(Math.min(STAGING_BYTES, Math.max(1, from.byteSize())));
            for (long at = 0; at < from.byteSize(); at += staging.byteSize()) {
                long length = Math.min(staging.byteSize(), from.byteSize() - at);
                send(
                        stream,
                        address + at,
                        staging.copyFrom(from.asSlice(at, length)).asSlice(0, length));
            }
        }
    }

    private void send(Stream stream, long to, MemorySegment from) {
        gate().call(
                        Gate.Kind.BLOCKING_COPY,
                        driver -> {
                            int result = driver.upload(to, from, stream.handle());
                            return result == CUresult.CUDA_SUCCESS ? driver.synchronize(stream.handle()) : result;
                        },
                        () -> "copying " + from.byteSize() + " bytes to the GPU");
    }

    /** Copies a part of page-locked memory to the start of this, in the stream's order; the host goes on. */
    public void uploadAsync(Stream stream, PinnedBuffer from, long offset, long length) {
        checkFits(length);
        MemorySegment part = from.part(offset, length);
        stream.timed(() -> Timeline.Item.copy("copy to GPU", length), () -> gate().call(
                        Gate.Kind.OTHER,
                        driver -> driver.upload(address, part, stream.handle()),
                        () -> "copying " + length + " page-locked bytes to the GPU"));
    }

    /**
     * Copies as many bytes from the start of this to a part of page-locked memory, in the stream's order. The host goes on:
     * what it reads there is defined once it has waited for the stream.
     */
    public void downloadAsync(Stream stream, PinnedBuffer to, long offset, long length) {
        checkFits(length);
        MemorySegment part = to.part(offset, length);
        stream.timed(() -> Timeline.Item.copy("copy from GPU", length), () -> gate().call(
                        Gate.Kind.OTHER,
                        driver -> driver.download(part, address, stream.handle()),
                        () -> "copying " + length + " bytes from the GPU to page-locked ones"));
    }

    /** Fills that memory from the start of this; done on return. */
    public void download(Stream stream, MemorySegment to) {
        checkFits(to.byteSize());
        if (to.isNative()) {
            fetch(stream, to, address);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(Math.min(STAGING_BYTES, Math.max(1, to.byteSize())));
            for (long at = 0; at < to.byteSize(); at += staging.byteSize()) {
                MemorySegment part = staging.asSlice(0, Math.min(staging.byteSize(), to.byteSize() - at));
                fetch(stream, part, address + at);
                to.asSlice(at, part.byteSize()).copyFrom(part);
            }
        }
    }

    private void fetch(Stream stream, MemorySegment to, long from) {
        gate().call(
                        Gate.Kind.BLOCKING_COPY,
                        driver -> {
                            int result = driver.download(to, from, stream.handle());
                            return result == CUresult.CUDA_SUCCESS ? driver.synchronize(stream.handle()) : result;
                        },
                        () -> "copying " + to.byteSize() + " bytes from the GPU");
    }

    /** Sets every byte, in the stream's order. */
    public void fill(Stream stream, byte value) {
        stream.timed(() -> Timeline.Item.copy("fill", bytes), () -> gate().call(
                        Gate.Kind.OTHER,
                        driver -> driver.fill(address, value, bytes, stream.handle()),
                        () -> "filling " + bytes + " bytes on the GPU"));
    }

    /** Copies that many bytes from the start of another buffer to the start of this, in the stream's order. */
    public void copyFrom(Stream stream, DeviceBuffer from, long length) {
        checkFits(length);
        from.checkFits(length);
        stream.timed(() -> Timeline.Item.copy("copy on GPU", 2 * length), () -> gate().call(
                        Gate.Kind.OTHER,
                        driver -> driver.copy(address, from.address, length, stream.handle()),
                        () -> "copying " + length + " bytes on the GPU"));
    }

    private void checkFits(long length) {
        if (length < 0 || length > bytes) {
            throw new IndexOutOfBoundsException("a copy of " + length + " bytes and a device buffer of " + bytes);
        }
    }

    private Device device() {
        return Objects.requireNonNull(device, "the null device buffer holds nothing");
    }

    private Gate gate() {
        return device().gate();
    }

    @Override
    public void close() {
        if (owned) {
            owned = false;
            device().memory().free(address, bytes);
        }
    }
}
