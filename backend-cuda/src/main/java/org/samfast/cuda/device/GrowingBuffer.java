package org.samfast.cuda.device;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Memory that is taken once and used again: it grows with what is asked for, and never shrinks. For one thread at a time. */
public final class GrowingBuffer<M extends Memory> implements AutoCloseable {
    private final LongFunction<M> allocate;
    private @Nullable M held;

    private GrowingBuffer(LongFunction<M> allocate) {
        this.allocate = allocate;
    }

    /** Takes nothing yet; {@code what} names it in an error. */
    public static GrowingBuffer<DeviceBuffer> onDevice(Device device, String what) {
        return new GrowingBuffer<>(bytes -> device.allocate(what, bytes));
    }

    /** The same in page-locked memory of the host. */
    public static GrowingBuffer<PinnedBuffer> pinned(Device device, String what) {
        return new GrowingBuffer<>(bytes -> device.allocatePinned(what, bytes));
    }

    /**
     * The memory. Where it has to grow, its contents are lost and what this gave before is closed: no work in flight, and no
     * graph, may use that.
     */
    public M atLeast(long bytes) {
        M now = held;
        if (now == null || now.bytes() < bytes) {
            close();
            now = allocate.apply(bytes);
            held = now;
        }
        return now;
    }

    @Override
    public void close() {
        M now = held;
        held = null;
        if (now != null) {
            now.close();
        }
    }
}
