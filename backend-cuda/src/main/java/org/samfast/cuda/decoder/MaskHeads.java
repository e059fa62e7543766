package org.samfast.cuda.decoder;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.kernel.StackedLinears;
import org.samfast.cuda.kernel.TokenRows;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * What makes masks and their quality of the transformer's outcome: the IoU head and a hypernetwork per mask, each three Linears with
 * ReLU between on one token of every pair, and the upscaling. Source: segment-anything mask_decoder.py MaskDecoder, MLP @dca509f.
 */
final class MaskHeads {
    private static final String MODULE = "mask_decoder";

    private final DecoderKernels kernels;
    private final ImageStep upscaling;
    /** Of the IoU head, then of the hypernetworks: the order of their tokens. */
    private final StackedLinears first;

    private final StackedLinears second;
    private final StackedLinears ratings;
    private final StackedLinears hypernetworks;

    MaskHeads(DecoderKernels kernels, ImageSteps steps, DeviceWeights weights) {
        this.kernels = kernels;
        upscaling = steps.upscaling(weights);
        String iou = MODULE + ".iou_prediction_head";
        String[] masks = IntStream.range(0, DecoderBuffers.MASKS)
                .mapToObj(mask -> MODULE + ".output_hypernetworks_mlps." + mask)
                .toArray(String[]::new);
        String[] all = Stream.concat(Stream.of(iou), Stream.of(masks)).toArray(String[]::new);
        first = weights.stackedExact(layer(0, all));
        second = weights.stackedExact(layer(1, all));
        ratings = weights.stackedExact(layer(2, iou));
        hypernetworks = weights.stackedExact(layer(2, masks));
    }

    private static String[] layer(int index, String... modules) {
        return Stream.of(modules).map(module -> module + ".layers." + index).toArray(String[]::new);
    }

    /** From queries and keys to {@link DecoderBuffers#logits} and {@link DecoderBuffers#iou}. */
    void run(org.samfast.cuda.device.Stream stream, DecoderBuffers on, DecoderRun run) {
        int pairs = run.pairs();
        int channels = DecoderBuffers.CHANNELS;
        int upscaled = DecoderBuffers.UPSCALED;
        TokenRows tokens = new TokenRows(on.queries, run.tokens() * channels, channels);
        TokenRows once = new TokenRows(on.q, channels, pairs * channels);
        TokenRows twice = new TokenRows(on.k, channels, pairs * channels);
        kernels.head(stream, tokens, first, once, pairs, true);
        kernels.head(stream, once, second, twice, pairs, true);
        TokenRows iou = new TokenRows(on.iou, DecoderBuffers.MASKS, 0);
        kernels.head(stream, twice, ratings, iou, pairs, false);
        TokenRows hyper = new TokenRows(on.hyper, DecoderBuffers.MASKS * upscaled, upscaled);
        kernels.head(stream, ofMasks(twice), hypernetworks, hyper, pairs, false);
        upscaling.run(stream, on, run);
    }

    private static TokenRows ofMasks(TokenRows all) {
        long ratings = (long) all.part() * Float.BYTES;
        DeviceBuffer buffer = all.buffer();
        return new TokenRows(buffer.slice(ratings, buffer.bytes() - ratings), all.stride(), all.part());
    }
}
