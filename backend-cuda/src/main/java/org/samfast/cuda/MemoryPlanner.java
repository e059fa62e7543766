package org.samfast.cuda;

import java.util.Collections;
import java.util.List;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.MemoryNeed;
import org.samfast.backend.MemoryPlan;
import org.samfast.backend.SegmentRequest;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.device.Device;
import org.samfast.image.CropBox;
import org.samfast.image.RgbImage;
import org.samfast.mask.MaskChoice;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

/**
 * Finds what work takes of a GPU's memory by doing it on {@link Device#dryRun}: the engine itself allocates, so plan and fact cannot
 * part.
 */
final class MemoryPlanner {
    private static final MaskChoice MOST_MASKS = MaskChoice.MULTIMASK;

    private final Device device;
    private final Checkpoint checkpoint;
    private final BackendOptions options;
    private final MemoryNeed need;
    private final Device.Free memory;
    private final long bound;

    private MemoryPlanner(Device device, Checkpoint checkpoint, BackendOptions options, MemoryNeed need) {
        this.device = device;
        this.checkpoint = checkpoint;
        this.options = options;
        this.need = need;
        memory = device.free();
        bound = need.limit() > 0 ? Math.min(need.limit(), memory.free()) : memory.free();
    }

    /**
     * The plan with as many images at once as fit and, where not even one does, fewer pairs of image and prompt.
     *
     * @throws BackendException where nothing fits
     */
    static MemoryPlan plan(Device device, Checkpoint checkpoint, BackendOptions options, MemoryNeed need) {
        return new MemoryPlanner(device, checkpoint, options, need).plan();
    }

    private MemoryPlan plan() {
        MemoryPlan plan = plan(Integer.MAX_VALUE);
        for (int pairs = plan.pairs() / 2; plan.bytes() > bound && pairs >= 1; pairs /= 2) {
            plan = plan(pairs);
        }
        if (plan.bytes() > bound) {
            throw new BackendException(tooLittle(plan));
        }
        return plan;
    }

    private String tooLittle(MemoryPlan least) {
        String allowed = need.limit() > 0 && need.limit() < memory.free()
                ? "--gpu-mem allows " + MemoryPlan.gib(need.limit())
                : MemoryPlan.gib(memory.free()) + " of " + MemoryPlan.gib(memory.total()) + " are free";
        return "cuda: one image needs %s of %s's memory (weights %s, work %s), and %s; %s"
                .formatted(
                        MemoryPlan.gib(least.bytes()),
                        device.name(),
                        MemoryPlan.gib(least.weights()),
                        MemoryPlan.gib(least.work()),
                        allowed,
                        "take a smaller model or --precision int8, or end other programs on this GPU");
    }

    /** As many images as fit, decoded in runs of so many pairs at most; one if not even that fits. */
    private MemoryPlan plan(int mostPairs) {
        Device dry = device.dryRun();
        CudaEngine engine = new CudaEngine(dry, checkpoint, options, mostPairs, need.images());
        try (CudaBackend backend = new CudaBackend(engine, false)) { // closes engine and device
            long weights = dry.allocatedBytes();
            MemoryPlan fits = after(backend, engine, dry, weights, 1);
            for (int images = 2; images <= need.images() && fits.bytes() <= bound; images++) {
                MemoryPlan more = after(backend, engine, dry, weights, images);
                if (more.bytes() > bound) {
                    break;
                }
                fits = more;
            }
            return fits;
        }
    }

    /** What that many images take at most, loading included. */
    private MemoryPlan after(CudaBackend backend, CudaEngine engine, Device dry, long weights, int images) {
        work(backend, engine, images);
        long work = dry.peakBytes() - weights;
        return new MemoryPlan(need, images, engine.pairsAtOnce(), weights, work, memory.free(), memory.total());
    }

    private void work(CudaBackend backend, CudaEngine engine, int images) {
        byte[] pixels = new byte[Math.toIntExact(3 * need.size().area())];
        RgbImage image = new RgbImage(need.size(), pixels);
        ImagePoint point = new ImagePoint(0, 0, true);
        if (need.everything()) {
            everything(backend, image, Collections.nCopies(need.prompts(), point), images);
            return;
        }
        List<Prompt> prompts = Collections.nCopies(prompts(engine, images), Prompt.points(point));
        engine.copies().with(copies -> {
            SegmentRequest request = new SegmentRequest(image, prompts, MOST_MASKS);
            engine.segment(new SegmentCall(Collections.nCopies(images, request), copies));
            return images;
        });
    }

    /** Past a run of the decoder prompts take no more on the GPU, and here they would take memory of the host. */
    private int prompts(CudaEngine engine, int images) {
        return Math.min(need.prompts(), Math.ceilDiv(engine.pairsAtOnce(), images));
    }

    /** Searches one after the other, which take the lanes in turn, while the embeddings of all are there. */
    private static void everything(CudaBackend backend, RgbImage image, List<ImagePoint> points, int images) {
        CropBox whole = CropBox.whole(image.size());
        CandidateRequest.Thresholds any = new CandidateRequest.Thresholds(0, 0, 1);
        try (ImageEmbedding embedding = backend.embed(List.of(image)).getFirst()) {
            CandidateRequest request = new CandidateRequest(embedding, points, points.size(), whole, image.size(), any);
            backend.candidates(List.of(request), decoded -> {});
            if (images > 1) {
                everything(backend, image, points, images - 1);
            }
        }
    }
}
