package org.samfast.cuda.decoder;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.GraphCache;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;
import org.samfast.cuda.kernel.DensePrompt;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.TokenEmbedding;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * Prompt encoder and mask decoder over a flat list of (image, prompt) pairs, each with as many points as it has. Source:
 * segment-anything prompt_encoder.py, mask_decoder.py, transformer.py @dca509f.
 */
public final class MaskDecoder implements AutoCloseable {
    private static final String TRANSFORMER = "mask_decoder.transformer";

    private final Device device;
    private final Element element;
    private final int mostPairs;
    private final ImageSteps steps;
    private final DecoderKernels kernels;
    private final TokenEmbedding tokenEmbedding;
    private final DensePrompt densePrompt;
    private final PromptWeights prompts;
    private final TwoWayLayer layer0;
    private final TwoWayLayer layer1;
    private final ToImage finalAttention;
    private final NormWeights finalNorm;
    private final MaskHeads heads;
    private final GraphCache<PromptShape> graphs = new GraphCache<>("decoder");
    private @Nullable DecoderBuffers buffers;

    /** @param mostPairs at once, if not fewer suit the GPU */
    public MaskDecoder(Device device, DeviceWeights weights, Element element, int mostPairs) {
        this.device = device;
        this.element = element;
        this.mostPairs = mostPairs;
        steps = ImageSteps.of(device, weights, element);
        kernels = new DecoderKernels(device, element);
        tokenEmbedding = new TokenEmbedding(device);
        densePrompt = new DensePrompt(device, element);
        prompts = PromptWeights.of(weights);
        layer0 = new TwoWayLayer(kernels, steps, weights, 0);
        layer1 = new TwoWayLayer(kernels, steps, weights, 1);
        finalAttention = ToImage.of(weights, steps, TRANSFORMER + ".final_attn_token_to_image", false);
        finalNorm = weights.norm(TRANSFORMER + ".norm_final_attn");
        heads = new MaskHeads(kernels, steps, weights);
    }

    private MaskDecoder(MaskDecoder other) {
        device = other.device;
        element = other.element;
        mostPairs = other.mostPairs;
        steps = other.steps;
        kernels = other.kernels;
        tokenEmbedding = other.tokenEmbedding;
        densePrompt = other.densePrompt;
        prompts = other.prompts;
        layer0 = other.layer0;
        layer1 = other.layer1;
        finalAttention = other.finalAttention;
        finalNorm = other.finalNorm;
        heads = other.heads;
    }

    /** One that can be in use at the same time, with the same weights. */
    public MaskDecoder another() {
        return new MaskDecoder(this);
    }

    /** Sees tokens [pairs][tokens][256] and what mask prompts or their absence add to the image, [pairs][4096][256]. */
    public interface Stages {
        void prompts(DeviceBuffer tokens, int tokensPerPair, DeviceBuffer dense, DeviceBuffer imagePosition);
    }

    /**
     * What a call leaves on the device until the next.
     *
     * @param logits [pairs][4][256][256] fp32
     * @param iou [pairs][4] fp32
     */
    public record Decoded(DeviceBuffer logits, DeviceBuffer iou) {}

    /** How many pairs to decode with one call. */
    public int pairsAtOnce() {
        return Math.min(steps.pairsAtOnce(), mostPairs);
    }

    /** Puts the decoding of all pairs into the stream, in one sequence of launches. */
    public Decoded decode(Stream stream, Transfers transfers, List<PromptPair> pairs) {
        FirstKeys firstKeys = FirstKeys.of(pairs, steps.sharesFirstKeys());
        PromptShape shape = PromptShape.of(pairs, firstKeys);
        DecoderBuffers on = buffersFor(stream, shape);
        on.prompts.put(transfers, pairs, firstKeys, shape);
        graphs.run(stream, shape, () -> decode(stream, on, shape));
        return new Decoded(on.logits, on.iou);
    }

    private void decode(Stream stream, DecoderBuffers on, PromptShape shape) {
        embed(stream, on, shape, on.prompts.embeddings);
        DecoderRun run = new DecoderRun(
                shape.pairs(), shape.images(), shape.tokens(), on.prompts.counts, prompts.imagePosition());
        layer0.run(stream, on, run);
        layer1.run(stream, on, run);
        finalAttention.run(stream, on, kernels, run);
        kernels.normTokens(stream, on.queries, finalNorm, run.tokenRows());
        heads.run(stream, on, run);
    }

    /** The prompt encoder alone, for looking inside. */
    public void watch(Stream stream, Transfers transfers, List<PromptPair> pairs, Stages stages) {
        FirstKeys firstKeys = FirstKeys.of(pairs, steps.sharesFirstKeys());
        PromptShape shape = PromptShape.of(pairs, firstKeys);
        DecoderBuffers on = buffersFor(stream, shape);
        on.prompts.put(transfers, pairs, firstKeys, shape);
        try (DeviceBuffer nothing = device.allocate("no embeddings", (long) shape.images() * Long.BYTES)) {
            nothing.fill(stream, (byte) 0);
            embed(stream, on, shape, nothing);
            stages.prompts(on.queries, shape.tokens(), on.image.firstKeys(), prompts.imagePosition());
        }
    }

    /** Tokens and, of the images at those addresses, keys. */
    private void embed(Stream stream, DecoderBuffers on, PromptShape shape, DeviceBuffer embeddings) {
        tokenEmbedding.launch(
                stream,
                on.prompts.coordinates,
                on.prompts.labels,
                on.prompts.counts,
                prompts.gaussian(),
                prompts.pointEmbeddings(),
                prompts.outputTokens(),
                on.queries,
                shape.pairs(),
                shape.points(),
                shape.tokens());
        long tokens = (long) shape.pairs() * shape.tokens();
        on.positions.copyFrom(stream, on.queries, tokens * DecoderBuffers.CHANNELS * Float.BYTES);
        densePrompt.launch(
                stream,
                embeddings,
                prompts.noMask(),
                on.prompts.maskIndexes,
                on.prompts.masks,
                prompts.maskDownscaling(),
                on.image.firstKeys(),
                shape.images());
    }

    private DecoderBuffers buffersFor(Stream stream, PromptShape shape) {
        DecoderBuffers now = buffers;
        if (now == null || !now.holds(shape)) {
            int pairs = Math.max(shape.pairs(), now == null ? 1 : now.pairs);
            int tokens = Math.max(shape.tokens(), now == null ? 1 : now.tokens);
            int images = Math.max(shape.images(), now == null ? 1 : now.images);
            stream.synchronize();
            close();
            now = new DecoderBuffers(device, steps, element, pairs, images, tokens);
            buffers = now;
        }
        return now;
    }

    /** Also before others are asked for: where these cannot be had, nothing may use the old ones. */
    @Override
    public void close() {
        graphs.clear();
        DecoderBuffers old = buffers;
        buffers = null;
        if (old != null) {
            old.close();
        }
    }
}
