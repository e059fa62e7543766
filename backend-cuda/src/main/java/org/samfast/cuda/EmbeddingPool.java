package org.samfast.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;

/**
 * Memory of image embeddings, all of one size: what is given back serves the next, since CUDA takes longer to hand out memory
 * than to run a small model's decoder. For one thread at a time.
 */
final class EmbeddingPool implements AutoCloseable {
    /** Kept for the next; beyond that memory goes back to CUDA. */
    private static final int KEPT = 32;

    private final Device device;
    private final long bytes;
    private final Deque<DeviceBuffer> idle = new ArrayDeque<>();

    EmbeddingPool(Device device, long bytes) {
        this.device = device;
        this.bytes = bytes;
    }

    DeviceBuffer take() {
        DeviceBuffer kept = idle.pollFirst();
        return kept == null ? device.allocate("image embedding", bytes) : kept;
    }

    void giveBack(DeviceBuffer embedding) {
        if (idle.size() < KEPT) {
            idle.addFirst(embedding);
        } else {
            embedding.close();
        }
    }

    @Override
    public void close() {
        idle.forEach(DeviceBuffer::close);
        idle.clear();
    }
}
