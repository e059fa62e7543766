package org.samfast.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendLostException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
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
 * the GPU's context ends this backend: CUDA opens no other in the same process (driver 580, tried with the primary context
 * reset and with a context of our own).
 */
final class CudaBackend implements SamBackend {
    private final boolean observed;
    private @Nullable CudaEngine engine;
    private String noEngineBecause = "it is closed";

    private CudaBackend(CudaEngine engine, boolean observed) {
        this.engine = engine;
        this.observed = observed;
    }

    /** Opens in bf16 unless the options say fp32; owns the device from now on, also where it throws. */
    static CudaBackend open(Device device, Checkpoint checkpoint, BackendOptions options) {
        try {
            SupportedModel.check(checkpoint.architecture());
            return new CudaBackend(new CudaEngine(device, checkpoint, options), options.observer() != null);
        } catch (RuntimeException e) {
            device.close(); // and with its context all that was allocated
            throw e;
        }
    }

    /** Runs a call on the engine. */
    private synchronized <T> T on(Function<CudaEngine, T> call) {
        CudaEngine now = engine;
        if (now == null) {
            throw new BackendException("cuda: the backend cannot be used, " + noEngineBecause);
        }
        try {
            return applied(now, call);
        } catch (DeviceLostException e) {
            engine = null;
            noEngineBecause = "the GPU was lost: " + e.getMessage();
            now.close();
            throw new BackendLostException(
                    "cuda: " + e.getMessage() + "; this process cannot use the GPU again: start sam anew", e);
        }
    }

    private static <T> T applied(CudaEngine engine, Function<CudaEngine, T> call) {
        try {
            return call.apply(engine);
        } catch (DeviceLostException e) {
            throw e;
        } catch (RuntimeException e) {
            engine.settle();
            throw e;
        }
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

    /** Of several callers' requests one is on the device at a time, while the others' results become Java's. */
    @Override
    public List<CandidateMasks> candidates(List<CandidateRequest> requests, IntConsumer decoded) {
        if (observed) {
            return SamBackend.super.candidates(requests, decoded);
        }
        List<CandidateMasks> masks = new ArrayList<>();
        for (CandidateRequest request : requests) {
            masks.add(on(now -> now.candidates(request)).masks(request));
            decoded.accept(request.points().size());
        }
        return masks;
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
            owner.giveBack(tokens);
        }
    }

    @Override
    public double millis(Runnable work) {
        return on(now -> now.millis(work));
    }

    @Override
    public double[] encoderMillis(List<RgbImage> images, int runs) {
        return on(now -> now.encoderMillis(images, runs));
    }

    @Override
    public long deviceBytes() {
        return on(CudaEngine::deviceBytes);
    }

    @Override
    public synchronized void close() {
        CudaEngine now = engine;
        engine = null;
        if (now != null) {
            now.close();
        }
    }
}
