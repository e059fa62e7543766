package org.samfast.cuda.device;

import java.util.ArrayList;
import java.util.List;

/** Device memory that is taken and given back together: where one buffer cannot be had, those before it are closed. */
public final class BufferSet implements AutoCloseable {
    private final Device device;
    private final List<DeviceBuffer> buffers = new ArrayList<>();

    public BufferSet(Device device) {
        this.device = device;
    }

    /** One more; {@code what} names it in an error. */
    public DeviceBuffer allocate(String what, long bytes) {
        try {
            DeviceBuffer buffer = device.allocate(what, bytes);
            buffers.add(buffer);
            return buffer;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        buffers.forEach(DeviceBuffer::close);
        buffers.clear();
    }
}
