package org.samfast.cuda;

import java.util.concurrent.atomic.AtomicBoolean;
import org.samfast.backend.ImageEmbedding;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.image.Size;

/** An image's embedding on the device, [4096][256] of the backend's element: tokens before channels. */
final class CudaEmbedding implements ImageEmbedding {
    private final CudaBackend backend;
    private final CudaEngine engine;
    private final Size imageSize;
    private final DeviceBuffer tokens;
    private final AtomicBoolean closed = new AtomicBoolean();

    CudaEmbedding(CudaBackend backend, CudaEngine engine, Size imageSize, DeviceBuffer tokens) {
        this.backend = backend;
        this.engine = engine;
        this.imageSize = imageSize;
        this.tokens = tokens;
    }

    @Override
    public Size imageSize() {
        return imageSize;
    }

    /** Whose device the tokens are on. */
    CudaEngine engine() {
        return engine;
    }

    /** @throws IllegalStateException where it is closed: another image may lie there */
    DeviceBuffer tokens() {
        if (closed.get()) {
            throw new IllegalStateException("this image embedding is closed");
        }
        return tokens;
    }

    @Override
    public float[] toHost() {
        return backend.planes(this);
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            backend.free(engine, tokens);
        }
    }
}
