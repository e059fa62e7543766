package org.samfast.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CandidateMasks;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.MemoryPlan;
import org.samfast.backend.MemoryUse;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.SegmentRequest;
import org.samfast.backend.TraceDetail;
import org.samfast.backend.TraceRecorder;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Transfers;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;

/** SAM on our own CUDA kernels, for any thread: {@link EngineTurns}. */
final class CudaBackend implements SamBackend {
    private final boolean observed;
    private final EngineTurns turns;

    /** Owns the engine. */
    CudaBackend(CudaEngine engine, boolean observed) {
        turns = new EngineTurns(engine);
        this.observed = observed;
    }

    /** Opens in bf16 unless the options say fp32; owns the device from now on, also where it throws. */
    static CudaBackend open(Device device, Checkpoint checkpoint, BackendOptions options) {
        try {
            SupportedModel.check(checkpoint.architecture());
            return new CudaBackend(engine(device, checkpoint, options), options.observer() != null);
        } catch (RuntimeException e) {
            device.close(); // and with its context all that was allocated
            throw e;
        }
    }

    private static CudaEngine engine(Device device, Checkpoint checkpoint, BackendOptions options) {
        MemoryPlan plan = options.memory();
        if (plan == null) {
            return new CudaEngine(device, checkpoint, options, Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
        if (plan.need().limit() > 0) {
            device.limitMemory(plan.need().limit());
        }
        return new CudaEngine(device, checkpoint, options, plan.pairs(), plan.images());
    }

    private <T> T on(Function<CudaEngine, T> call) {
        return turns.on(EngineTurns.Lane.MAIN, call);
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
    public ImageEmbedding fromHost(Size imageSize, float[] values) {
        ImageEmbedding.checkValues(values);
        return on(now -> new CudaEmbedding(this, now, imageSize, now.tokens(values)));
    }

    @Override
    public List<MaskPrediction> predict(List<PromptedImage> images) {
        return on(now -> now.predict(images));
    }

    /** While one caller's batch is on the GPU, another's images are brought there and a third's masks become Java's. */
    @Override
    public List<Segmentation> segment(List<SegmentRequest> requests) {
        if (observed) {
            return SamBackend.super.segment(requests);
        }
        return turns.inside(now -> now.copies().with(copies -> {
            SegmentCall call = new SegmentCall(requests, copies);
            return turns.inTurn(EngineTurns.Lane.MAIN, now, engine -> engine.segment(call))
                    .results();
        }));
    }

    /**
     * Of several callers' requests as many are searched at a time as the engine has lanes, while another's image is encoded and the
     * others' results are copied and become Java's.
     */
    @Override
    public List<CandidateMasks> candidates(List<CandidateRequest> requests, IntConsumer decoded) {
        if (observed) {
            return SamBackend.super.candidates(requests, decoded);
        }
        List<CandidateMasks> masks = new ArrayList<>();
        for (CandidateRequest request : requests) {
            masks.add(turns.inside(now -> now.searches().results().with(results -> candidates(now, request, results))));
            decoded.accept(request.points().size());
        }
        return masks;
    }

    private CandidateMasks candidates(CudaEngine engine, CandidateRequest request, Transfers results) {
        List<PromptPair> pairs = engine.pairs(request);
        FoundCandidates found = turns.inTurn(
                EngineTurns.Lane.SEARCH, engine, now -> now.searches().find(request, pairs, results));
        results.finish();
        return found.masks(request);
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
    void free(CudaEngine owner, DeviceBuffer tokens) {
        turns.onlyOn(owner, () -> owner.free(tokens));
    }

    @Override
    public double millis(Runnable work) {
        return on(now -> now.clock().millis(work));
    }

    @Override
    public void traced(Runnable work, TraceDetail detail, TraceRecorder recorder) {
        turns.run(EngineTurns.Lane.MAIN, now -> now.clock().traced(work, detail, recorder));
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
    public List<MemoryUse> memory() {
        return on(CudaEngine::memory);
    }

    @Override
    public void close() {
        turns.close();
    }
}
