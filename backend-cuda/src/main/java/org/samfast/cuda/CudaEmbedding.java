package org.samfast.cuda;

import org.samfast.backend.ImageEmbedding;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.image.Size;

/** An image's embedding on the device, [4096][256] of the backend's element: tokens before channels. */
final class CudaEmbedding implements ImageEmbedding {
    private final CudaBackend backend;
    private final Size imageSize;
    private final DeviceBuffer tokens;

    CudaEmbedding(CudaBackend backend, Size imageSize, DeviceBuffer tokens) {
        this.backend = backend;
        this.imageSize = imageSize;
        this.tokens = tokens;
    }

    @Override
    public Size imageSize() {
        return imageSize;
    }

    DeviceBuffer tokens() {
        return tokens;
    }

    @Override
    public float[] toHost() {
        return backend.planes(tokens);
    }

    @Override
    public void close() {
        backend.free(tokens);
    }
}
