package org.samfast.cuda;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BatchFailedException;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.SegmentRequest;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.DeviceLostException;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;

/**
 * SAM on our own CUDA kernels. Calls from several threads take turns, since each fills the GPU by itself. An error that ends
 * the GPU's context fails the call that met it; the next call opens the GPU anew.
 */
final class CudaBackend implements SamBackend {
    private final Supplier<CudaEngine> opening;
    private final boolean observed;
    private @Nullable CudaEngine engine;
    private boolean closed;

    private CudaBackend(Supplier<CudaEngine> opening, boolean observed) {
        this.opening = opening;
        this.observed = observed;
        engine = opening.get();
    }

    /** Opens in bf16 unless the options say fp32; the device is asked for again after one was lost. */
    static CudaBackend open(Supplier<Device> device, Checkpoint checkpoint, BackendOptions options) {
        SupportedModel.check(checkpoint.architecture());
        return new CudaBackend(() -> engine(device.get(), checkpoint, options), options.observer() != null);
    }

    private static CudaEngine engine(Device device, Checkpoint checkpoint, BackendOptions options) {
        try {
            return new CudaEngine(device, checkpoint, options);
        } catch (RuntimeException e) {
            device.close(); // and with its context all that was allocated
            throw e;
        }
    }

    /** Runs a call on the engine. */
    private synchronized <T> T on(Function<CudaEngine, T> call) {
        CudaEngine now = current();
        try {
            return call.apply(now);
        } catch (DeviceLostException e) {
            engine = null;
            now.close();
            throw new BatchFailedException("cuda: " + e.getMessage(), e);
        }
    }

    private CudaEngine current() {
        if (closed) {
            throw new BackendException("cuda: the backend is closed");
        }
        CudaEngine now = engine == null ? opening.get() : engine;
        engine = now;
        return now;
    }

    @Override
    public String description() {
        return on(CudaEngine::description);
    }

    @Override
    public BackendInfo info() {
        return on(CudaEngine::info);
    }

    @Override
    public List<ImageEmbedding> embed(List<RgbImage> images) {
        return List.copyOf(on(now -> now.embed(images, this)));
    }

    @Override
    public List<MaskPrediction> predict(List<PromptedImage> images) {
        return on(now -> now.predict(images));
    }

    @Override
    public List<Segmentation> segment(List<SegmentRequest> requests) {
        return observed ? SamBackend.super.segment(requests) : on(now -> now.segment(requests));
    }

    @Override
    public List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        return on(now -> now.finish(prediction, request));
    }

    /** [256][64][64] of an embedding. */
    float[] planes(CudaEmbedding embedding) {
        return on(now -> now.planes(embedding));
    }

    /** Nothing is left to free of an engine that is gone. */
    synchronized void free(CudaEngine owner, DeviceBuffer tokens) {
        if (engine == owner) {
            tokens.close();
        }
    }

    @Override
    public double millis(Runnable work) {
        return on(now -> now.millis(work));
    }

    @Override
    public long deviceBytes() {
        return on(CudaEngine::deviceBytes);
    }

    @Override
    public synchronized void close() {
        closed = true;
        CudaEngine now = engine;
        engine = null;
        if (now != null) {
            now.close();
        }
    }
}
