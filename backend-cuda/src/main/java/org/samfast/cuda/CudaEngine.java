package org.samfast.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.architecture.SamArchitecture;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CandidateRequest;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.MemoryUse;
import org.samfast.backend.Precision;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.StageObserver;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cuda.decoder.MaskDecoder;
import org.samfast.cuda.decoder.PromptPair;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Event;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.encoder.ImageEncoder;
import org.samfast.cuda.encoder.StagedImage;
import org.samfast.cuda.weights.DeviceWeights;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.Prompt;

/** SAM on one device, as long as that lives. For one thread at a time, and beside it one that searches: {@link EngineTurns}. */
final class CudaEngine implements AutoCloseable {
    /** Images per sequence of launches; past some 8 a GPU gains little, and the memory grows with it. */
    private static final int IMAGES_AT_ONCE = 32;

    /** Of everything mode: with two an image takes 14% less than with one, with half the pairs in each 6% (kernels.md). */
    private static final int SEARCHES_AT_ONCE = 2;

    private static final int CHANNELS = SamArchitecture.EMBEDDING_CHANNELS;

    private final String model;
    private final Precision precision;
    private final Element element;
    private final Device device;
    private final Stream stream;
    private final DeviceWeights weights;
    private final ImageEncoder encoder;
    private final MaskDecoder decoder;
    /** Of all calls but those of segment. */
    private final Transfers transfers;

    private final TransferPool copies;
    private final MaskFinish masks;
    private final SegmentBatch batch;
    private final SearchLanes searches;
    private final StreamClock clock;
    private final EmbeddingStore embeddings;
    private final @Nullable StageReport report;

    /**
     * @param mostPairs of image and prompt to decode at once, if not fewer suit the GPU
     * @param mostImages in work at once
     */
    CudaEngine(Device device, Checkpoint checkpoint, BackendOptions options, int mostPairs, int mostImages) {
        this.device = device;
        precision = ComputedPrecision.of(checkpoint, options.precision());
        StageObserver observer = options.observer();
        model = checkpoint.architecture().name();
        element = precision == Precision.FP32 ? Element.FP32 : Element.BF16;
        stream = device.newStream();
        weights = new DeviceWeights(device, stream, checkpoint, element, precision.isPacked());
        encoder = new ImageEncoder(device, weights, checkpoint.architecture(), element);
        decoder = new MaskDecoder(device, weights, element, mostPairs);
        transfers = new Transfers(device, stream);
        copies = new TransferPool(device, stream);
        masks = new MaskFinish(device, stream);
        batch = new SegmentBatch(device, stream, decoder, masks);
        searches = new SearchLanes(device, decoder, Math.min(SEARCHES_AT_ONCE, mostImages));
        clock = new StreamClock(stream, GpuLimits.of(device.name()));
        embeddings = new EmbeddingStore(device, (long) ImageEmbedding.VALUES * element.bytes());
        report = observer == null ? null : new StageReport(stream, element, observer);
    }

    String description() {
        return "cuda: %s, sm_%d, %s, computed %s"
                .formatted(device.name(), device.computeCapability(), model, precision.label());
    }

    BackendInfo info() {
        return BackendInfo.onGpu("cuda", device.name(), device.driverVersion(), device.clockMhz(), precision);
    }

    /** The embeddings belong to the backend, which takes turns for them. */
    List<CudaEmbedding> embed(List<RgbImage> images, CudaBackend backend) {
        int atOnce = report == null ? IMAGES_AT_ONCE : 1;
        List<CudaEmbedding> made = new ArrayList<>();
        try {
            for (int first = 0; first < images.size(); first += atOnce) {
                embedTogether(images.subList(first, Math.min(images.size(), first + atOnce)), backend, made);
            }
            return made;
        } catch (RuntimeException e) {
            made.forEach(embedding -> free(embedding.tokens()));
            throw e;
        }
    }

    private void embedTogether(List<RgbImage> images, CudaBackend backend, List<CudaEmbedding> into) {
        DeviceBuffer made = encode(transfers, StagedImage.of(transfers, images));
        long bytes = (long) ImageEmbedding.VALUES * element.bytes();
        for (int i = 0; i < images.size(); i++) {
            DeviceBuffer own = embeddings.take();
            into.add(new CudaEmbedding(backend, this, images.get(i).size(), own));
            own.copyFrom(stream, made.slice(i * bytes, bytes), bytes);
        }
        settle();
    }

    /** Gives the tokens of an embedding back; for any thread. */
    void free(DeviceBuffer tokens) {
        embeddings.giveBack(tokens);
    }

    private DeviceBuffer encode(Transfers from, List<StagedImage> images) {
        return encoder.encode(stream, from, images, report == null ? ImageEncoder.Stages.UNSEEN : report);
    }

    List<MaskPrediction> predict(List<PromptedImage> images) {
        List<PromptPair> pairs = new ArrayList<>();
        for (PromptedImage image : images) {
            image.prompts().forEach(prompt -> pairs.add(pair(image.embedding(), prompt)));
        }
        watch(pairs);
        DecodedPairs decoded = new DecodedPairs();
        decoded.put(decoder, stream, transfers, pairs, DecodedPairs.AfterRun.NOTHING);
        transfers.finish();
        List<MaskPrediction> predictions = new ArrayList<>();
        int first = 0;
        for (PromptedImage image : images) {
            int prompts = image.prompts().size();
            predictions.add(decoded.prediction(image.embedding().imageSize(), first, prompts));
            first += prompts;
        }
        transfers.reset();
        observe(predictions);
        return predictions;
    }

    private void watch(List<PromptPair> pairs) {
        if (report != null) {
            for (PromptPair pair : pairs) {
                decoder.watch(stream, transfers, List.of(pair), report);
            }
        }
    }

    private void observe(List<MaskPrediction> predictions) {
        if (report != null) {
            predictions.forEach(report::prediction);
        }
    }

    private PromptPair pair(ImageEmbedding image, Prompt prompt) {
        CudaEmbedding own = checkOwn(image);
        return pair(own.tokens(), own.imageSize(), prompt);
    }

    private CudaEmbedding checkOwn(ImageEmbedding image) {
        if (image instanceof CudaEmbedding embedding && embedding.engine() == this) {
            return embedding;
        }
        throw new BackendException("cuda: an embedding of another backend cannot be used here");
    }

    private static PromptPair pair(DeviceBuffer embedding, Size imageSize, Prompt prompt) {
        return new PromptPair(embedding, EncoderPoint.of(prompt, imageSize), prompt.mask());
    }

    /** Pairs of image and prompt that are decoded at once. */
    int pairsAtOnce() {
        return decoder.pairsAtOnce();
    }

    /** Page-locked memory for a call of {@link #segment}. */
    TransferPool copies() {
        return copies;
    }

    /** Puts all of a call into the stream, as many images at a time as pay, and waits once; the call then has its results. */
    SegmentCall segment(SegmentCall call) {
        List<SegmentCall.Share> shares = call.shares();
        for (int first = 0; first < shares.size(); first += IMAGES_AT_ONCE) {
            putTogether(call, shares.subList(first, Math.min(shares.size(), first + IMAGES_AT_ONCE)));
        }
        call.transfers().finish();
        return call;
    }

    private void putTogether(SegmentCall call, List<SegmentCall.Share> shares) {
        DeviceBuffer made = encode(
                call.transfers(), shares.stream().map(SegmentCall.Share::image).toList());
        long bytes = (long) ImageEmbedding.VALUES * element.bytes();
        List<PromptPair> pairs = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
            DeviceBuffer embedding = made.slice(i * bytes, bytes);
            SegmentCall.Share share = shares.get(i);
            share.request().prompts().forEach(prompt -> pairs.add(pair(embedding, share.size(), prompt)));
        }
        batch.put(call, shares, pairs);
    }

    SearchLanes searches() {
        return searches;
    }

    /** One per point of the request, for {@link #searches}. */
    List<PromptPair> pairs(CandidateRequest request) {
        return request.points().stream()
                .map(point -> pair(request.embedding(), Prompt.points(point)))
                .toList();
    }

    List<ScoredMask> finish(MaskPrediction prediction, MaskRequest request) {
        return masks.finish(transfers, prediction, request);
    }

    /** [256][64][64] of an embedding. */
    float[] planes(CudaEmbedding embedding) {
        checkOwn(embedding);
        return StageReport.planes(HostFloats.of(stream, embedding.tokens(), element, ImageEmbedding.VALUES), CHANNELS);
    }

    /** [4096][256] on the device of an embedding's [256][64][64]; {@link #free} gives it back. */
    DeviceBuffer tokens(float[] planes) {
        DeviceBuffer tokens = embeddings.take();
        try {
            HostFloats.to(stream, tokens, element, StageReport.rows(planes, CHANNELS));
            return tokens;
        } catch (RuntimeException e) {
            free(tokens);
            throw e;
        }
    }

    /** After a call that failed half-way: nothing of it is in flight, and its copies give their room back. */
    void settle() {
        transfers.finish();
        transfers.reset();
    }

    StreamClock clock() {
        return clock;
    }

    double[] encoderMillis(List<RgbImage> images, int runs) {
        double[] millis = new double[runs];
        for (int first = 0; first < images.size(); first += IMAGES_AT_ONCE) {
            List<RgbImage> together = images.subList(first, Math.min(images.size(), first + IMAGES_AT_ONCE));
            encoder.prepare(stream, transfers, StagedImage.of(transfers, together));
            settle();
            addMillis(together.size(), millis);
        }
        return millis;
    }

    /** All runs are in the stream before anybody waits, so that the GPU never does. */
    private void addMillis(int images, double[] millis) {
        List<Event> marks = new ArrayList<>();
        try {
            marks.add(stream.record());
            for (int i = 0; i < millis.length; i++) {
                encoder.encodePrepared(stream, images);
                marks.add(stream.record());
            }
            for (int i = 0; i < millis.length; i++) {
                millis[i] += marks.get(i + 1).millisSince(marks.get(i));
            }
        } finally {
            marks.forEach(Event::close);
        }
    }

    long deviceBytes() {
        return device.peakBytes();
    }

    List<MemoryUse> memory() {
        return MemoryReport.of(device);
    }

    @Override
    public void close() {
        encoder.close();
        decoder.close();
        batch.close();
        searches.close();
        masks.close();
        transfers.close();
        copies.close();
        embeddings.close();
        weights.close();
        stream.close();
        device.close();
    }
}
