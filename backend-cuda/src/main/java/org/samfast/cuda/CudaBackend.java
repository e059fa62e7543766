package org.samfast.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.backend.StageObserver;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Event;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.encoder.ImageEncoder;
import org.samfast.cuda.weights.DeviceWeights;
import org.samfast.image.RgbImage;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.Prompt;

/**
 * SAM on our own CUDA kernels. One stream: calls from several threads take turns, since each fills the GPU by itself.
 */
final class CudaBackend implements SamBackend {
    /** Images per sequence of launches; past some 8 a GPU gains little, and the memory grows with it. */
    private static final int IMAGES_AT_ONCE = 32;
    /** Prompts per sequence of launches, about 12 MB each in bf16. */
    private static final int PAIRS_AT_ONCE = 64;

    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;
    private static final int EMBEDDING_VALUES = CHANNELS * SamArchitecture.GRID * SamArchitecture.GRID;
    private static final int LOGIT_VALUES = LowResLogits.MASKS * LowResLogits.SIDE * LowResLogits.SIDE;

    private final String model;
    private final Precision precision;
    private final Element element;
    private final Device device;
    private final Stream stream;
    private final DeviceWeights weights;
    private final ImageEncoder encoder;
    private final MaskDecoder decoder;
    private final MaskFinish masks;
    private final @Nullable StageReport report;
    private boolean closed;

    private CudaBackend(Device device, Checkpoint checkpoint, Precision precision, @Nullable StageObserver observer) {
        this.device = device;
        this.precision = precision;
        model = checkpoint.architecture().name();
        element = precision == Precision.FP32 ? Element.FP32 : Element.BF16;
        stream = device.newStream();
        weights = new DeviceWeights(device, stream, checkpoint, element);
        encoder = new ImageEncoder(device, weights, checkpoint.architecture(), element);
        decoder = new MaskDecoder(device, weights, element);
        masks = new MaskFinish(device, stream);
        report = observer == null ? null : new StageReport(stream, element, observer);
    }

    /** Opens in bf16 unless the options say fp32. */
    static CudaBackend open(Device device, Checkpoint checkpoint, BackendOptions options) {
        SupportedModel.check(checkpoint.architecture());
        Precision precision = options.precision() == null ? Precision.BF16 : options.precision();
        try {
            return new CudaBackend(device, checkpoint, precision, options.observer());
        } catch (RuntimeException e) {
            device.close(); // and with its context all that was allocated
            throw e;
        }
    }

    @Override
    public String description() {
        return "cuda: %s, sm_%d, %s, computed %s"
                .formatted(device.name(), device.computeCapability(), model, precision.label());
    }

    @Override
    public BackendInfo info() {
        return BackendInfo.onGpu("cuda", device.name(), device.driverVersion(), device.clockMhz(), precision);
    }

    @Override
    public synchronized List<ImageEmbedding> embed(List<RgbImage> images) {
        int atOnce = report == null ? IMAGES_AT_ONCE : 1;
        List<ImageEmbedding> embeddings = new ArrayList<>();
        try {
            for (int first = 0; first < images.size(); first += atOnce) {
                embedTogether(images.subList(first, Math.min(images.size(), first + atOnce)), embeddings);
            }
            return embeddings;
        } catch (RuntimeException e) {
            embeddings.forEach(ImageEmbedding::close);
            throw e;
        }
    }

    private void embedTogether(List<RgbImage> images, List<ImageEmbedding> into) {
        DeviceBuffer made = encoder.encode(stream, images, report == null ? ImageEncoder.Stages.UNSEEN : report);
        long bytes = (long) EMBEDDING_VALUES * element.bytes();
        for (int i = 0; i < images.size(); i++) {
            DeviceBuffer own = device.allocate("image embedding", bytes);
            into.add(new CudaEmbedding(this, images.get(i).size(), own));
            own.copyFrom(stream, made.slice(i * bytes, bytes), bytes);
        }
        stream.synchronize();
    }

    @Override
    public synchronized List<MaskPrediction> predict(List<PromptedImage> images) {
        List<PromptPair> pairs = new ArrayList<>();
        for (PromptedImage image : images) {
            image.prompts().forEach(prompt -> pairs.add(pair(image.embedding(), prompt)));
        }
        Decoded decoded = decode(pairs);
        List<MaskPrediction> predictions = new ArrayList<>();
        int first = 0;
        for (PromptedImage image : images) {
            predictions.add(decoded.part(image, first));
            first += image.prompts().size();
        }
        return predictions;
    }

    private PromptPair pair(ImageEmbedding image, Prompt prompt) {
        if (!(image instanceof CudaEmbedding embedding)) {
            throw new BackendException("cuda: an embedding of another backend cannot be used here");
        }
        return new PromptPair(embedding.tokens(), EncoderPoint.of(prompt, embedding.imageSize()), prompt.mask());
    }

    private Decoded decode(List<PromptPair> pairs) {
        Decoded decoded = Decoded.room(pairs.size());
        int atOnce = report == null ? PAIRS_AT_ONCE : 1;
        for (int first = 0; first < pairs.size(); first += atOnce) {
            List<PromptPair> together = pairs.subList(first, Math.min(pairs.size(), first + atOnce));
            if (report != null) {
                decoder.watch(stream, together, report);
            }
            decoder.decode(
                    stream,
                    together,
                    decoded.part(decoded.logits, first, together.size(), LOGIT_VALUES),
                    decoded.part(decoded.iou, first, together.size(), LowResLogits.MASKS));
        }
        if (report != null) {
            decoded.observe(report.observer());
        }
        return decoded;
    }

    /** Of all pairs: logits [pairs][4][256][256], iou [pairs][4]. */
    private record Decoded(float[] logits, float[] iou, int pairs) {
        static Decoded room(int pairs) {
            return new Decoded(
                    new float[Math.multiplyExact(pairs, LOGIT_VALUES)], new float[pairs * LowResLogits.MASKS], pairs);
        }

        MemorySegment part(float[] values, int first, int count, int each) {
            return MemorySegment.ofArray(values)
                    .asSlice((long) first * each * Float.BYTES, (long) count * each * Float.BYTES);
        }

        MaskPrediction part(PromptedImage image, int first) {
            int prompts = image.prompts().size();
            float[] own = new float[prompts * LOGIT_VALUES];
            System.arraycopy(logits, first * LOGIT_VALUES, own, 0, own.length);
            float[] quality = new float[prompts * LowResLogits.MASKS];
            System.arraycopy(iou, first * LowResLogits.MASKS, quality, 0, quality.length);
            return new MaskPrediction(image.embedding().imageSize(), new LowResLogits(own, prompts), quality);
        }

        void observe(StageObserver observer) {
            observer.stage("low_res_logits", new long[] {pairs, LowResLogits.MASKS, 256, 256}, logits);
            observer.stage("iou", new long[] {pairs, LowResLogits.MASKS}, iou);
        }
    }

    @Override
    public synchronized List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        return masks.finish(prediction, request);
    }

    /** [256][64][64] of an embedding's tokens. */
    synchronized float[] planes(DeviceBuffer tokens) {
        return StageReport.planes(HostFloats.of(stream, tokens, element, EMBEDDING_VALUES), CHANNELS);
    }

    /** Nothing is left to free once the backend, and with it the context, is closed. */
    synchronized void free(DeviceBuffer tokens) {
        if (!closed) {
            tokens.close();
        }
    }

    @Override
    public synchronized double millis(Runnable work) {
        try (Event before = stream.record()) {
            work.run();
            try (Event after = stream.record()) {
                stream.synchronize();
                return after.millisSince(before);
            }
        }
    }

    @Override
    public long deviceBytes() {
        return device.peakBytes();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        encoder.close();
        decoder.close();
        weights.close();
        stream.close();
        device.close();
    }
}
