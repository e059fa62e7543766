package org.samfast.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;

/**
 * Room for embeddings, some of it kept for the next ones: taking and freeing device memory waits for all streams. For any thread.
 */
final class EmbeddingStore implements AutoCloseable {
    private static final int KEPT = 8;

    private final Device device;
    private final long bytes;
    private final Deque<DeviceBuffer> free = new ArrayDeque<>();

    /** @param bytes of each */
    EmbeddingStore(Device device, long bytes) {
        this.device = device;
        this.bytes = bytes;
    }

    synchronized DeviceBuffer take() {
        return free.isEmpty() ? device.allocate("image embedding", bytes) : free.pop();
    }

    synchronized void giveBack(DeviceBuffer embedding) {
        if (free.size() < KEPT) {
            free.push(embedding);
        } else {
            embedding.close();
        }
    }

    @Override
    public synchronized void close() {
        free.forEach(DeviceBuffer::close);
        free.clear();
    }
}
