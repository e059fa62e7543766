package org.samfast.cuda.decoder;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.DensePrompt;
import org.samfast.cuda.kernel.TokenEmbedding;
import org.samfast.cuda.weights.DeviceWeights;
import org.samfast.cuda.weights.NormWeights;

/**
 * Prompt encoder and mask decoder over a flat list of (image, prompt) pairs, each with as many points as it has. Source:
 * segment-anything prompt_encoder.py, mask_decoder.py, transformer.py @dca509f.
 */
public final class MaskDecoder implements AutoCloseable {
    private static final String TRANSFORMER = "mask_decoder.transformer";

    private final Device device;
    private final Element element;
    private final DecoderKernels kernels;
    private final TokenEmbedding tokenEmbedding;
    private final DensePrompt densePrompt;
    private final PromptWeights prompts;
    private final TwoWayLayer layer0;
    private final TwoWayLayer layer1;
    private final CrossAttention finalAttention;
    private final NormWeights finalNorm;
    private final MaskHeads heads;
    private DecoderBuffers buffers;

    public MaskDecoder(Device device, DeviceWeights weights, Element element) {
        this.device = device;
        this.element = element;
        kernels = new DecoderKernels(device, element);
        tokenEmbedding = new TokenEmbedding(device);
        densePrompt = new DensePrompt(device, element);
        prompts = PromptWeights.of(weights);
        layer0 = new TwoWayLayer(kernels, weights, 0);
        layer1 = new TwoWayLayer(kernels, weights, 1);
        finalAttention = CrossAttention.ofTokens(weights, TRANSFORMER + ".final_attn_token_to_image");
        finalNorm = weights.norm(TRANSFORMER + ".norm_final_attn");
        heads = new MaskHeads(device, kernels, weights, element);
        buffers = new DecoderBuffers(device, element, 1, 8);
    }

    /** Sees tokens [pairs][tokens][256] and what mask prompts or their absence add to the image, [pairs][4096][256]. */
    public interface Stages {
        void prompts(DeviceBuffer tokens, int tokensPerPair, DeviceBuffer dense, DeviceBuffer imagePosition);
    }

    /**
     * Decodes the pairs in one sequence of launches.
     *
     * @param logits takes [pairs][4][256][256]
     * @param iou takes [pairs][4]
     */
    public void decode(Stream stream, List<PromptPair> pairs, MemorySegment logits, MemorySegment iou) {
        try (PromptUpload upload = new PromptUpload(device, stream, pairs)) {
            DecoderBuffers on = buffersFor(upload);
            embed(stream, on, upload, upload.embeddings, on.keys);
            DecoderRun run = new DecoderRun(upload.pairs, upload.tokens, upload.counts, prompts.imagePosition());
            layer0.run(stream, on, run);
            layer1.run(stream, on, run);
            run.attendToImage(stream, on, kernels, finalAttention);
            kernels.normTokens(stream, on.queries, finalNorm, run.tokenRows());
            heads.run(stream, on, run);
            on.logits.download(stream, logits);
            on.iou.download(stream, iou);
        }
    }

    /** The prompt encoder alone, for looking inside. */
    public void watch(Stream stream, List<PromptPair> pairs, Stages stages) {
        try (PromptUpload upload = new PromptUpload(device, stream, pairs);
                DeviceBuffer nothing = device.allocate("no embeddings", (long) upload.pairs * Long.BYTES)) {
            DecoderBuffers on = buffersFor(upload);
            nothing.fill(stream, (byte) 0);
            embed(stream, on, upload, nothing, on.keys);
            stages.prompts(on.queries, upload.tokens, on.keys, prompts.imagePosition());
        }
    }

    /** Tokens and, of the images at those addresses, keys. */
    private void embed(
            Stream stream, DecoderBuffers on, PromptUpload upload, DeviceBuffer embeddings, DeviceBuffer keys) {
        tokenEmbedding.launch(
                stream,
                upload.coordinates,
                upload.labels,
                upload.counts,
                prompts.gaussian(),
                prompts.pointEmbeddings(),
                prompts.outputTokens(),
                on.queries,
                upload.pairs,
                upload.points,
                upload.tokens);
        on.positions.copyFrom(
                stream, on.queries, (long) upload.pairs * upload.tokens * DecoderBuffers.CHANNELS * Float.BYTES);
        densePrompt.launch(
                stream,
                embeddings,
                prompts.noMask(),
                upload.maskIndexes,
                upload.masks,
                prompts.maskDownscaling(),
                keys,
                upload.pairs);
    }

    private DecoderBuffers buffersFor(PromptUpload upload) {
        if (!buffers.holds(upload.pairs, upload.tokens)) {
            int pairs = Math.max(upload.pairs, buffers.pairs);
            int tokens = Math.max(upload.tokens, buffers.tokens);
            buffers.close();
            buffers = new DecoderBuffers(device, element, pairs, tokens);
        }
        return buffers;
    }

    @Override
    public void close() {
        buffers.close();
    }
}
