package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;

/**
 * {@link AttendFromImage} where the pairs of an image have the same keys, whose queries are projected once, of the pairs of at most
 * eight tokens. Of compute capability 9.0. Kernel: decoder/attend_from_projected.cu.
 */
public final class AttendFromProjected {
    private static final int CHANNELS = 256;
    private static final int INNER = 128;
    private static final int IMAGE_TOKENS = 4096;
    /** Warpgroups of a block, 64 tokens each. */
    private static final int WARPGROUPS = 3;

    private static final int THREADS = WARPGROUPS * 128;
    private static final int BLOCK_TOKENS = WARPGROUPS * 64;
    private static final int BLOCKS = Math.ceilDiv(IMAGE_TOKENS, BLOCK_TOKENS);
    /** Values and keys of two pairs, the block's keys and queries, vectors, and barriers. */
    private static final int SHARED_BYTES = 1024
            + 2 * AbsorbTokens.GROUP_ROWS * CHANNELS * 2
            + BLOCK_TOKENS * (CHANNELS + INNER) * 2
            + 2 * AbsorbTokens.GROUP * INNER * Float.BYTES
            + 2 * CHANNELS * Float.BYTES
            + 4 * Long.BYTES;

    private final KernelFunction function;
    private final int multiprocessors;

    public AttendFromProjected(Device device) {
        function = device.function("decoder/attend_from_projected", "attend_from_projected_bf16");
        multiprocessors = device.multiprocessors();
    }

    /**
     * What an image's tokens are at first.
     *
     * @param keys [..][4096][256] bf16
     * @param queries [..][4096][128] bf16, projected from keys and positions
     * @param sources [pairs] int, which of them are a pair's
     */
    public record Image(DeviceBuffer keys, DeviceBuffer queries, DeviceBuffer sources) {}

    /**
     * Of the prompts' tokens.
     *
     * @param k [pairs][tokens][128] fp32
     * @param v [pairs][groups][64][256] bf16, of {@link AbsorbTokens.Order#IN_TILES}, the bias of the output in them
     * @param counts [pairs] int, the real tokens of each pair
     */
    public record Tokens(DeviceBuffer k, DeviceBuffer v, DeviceBuffer counts) {}

    /**
     * @param out [pairs][4096][256] bf16, written of the pairs of at most eight tokens; not the image's keys
     * @param scale of the scores, log2 e in it
     */
    public void attend(
            Stream stream,
            Image image,
            Tokens of,
            NormWeights norm,
            DeviceBuffer out,
            int pairs,
            int tokens,
            float scale) {
        int groups = AbsorbTokens.groups(tokens);
        Check.bytes("keys", image.keys, Element.BF16, 1, IMAGE_TOKENS, CHANNELS);
        Check.bytes("queries", image.queries, Element.BF16, 1, IMAGE_TOKENS, INNER);
        Check.ints("sources", image.sources, pairs);
        Check.bytes("k", of.k, Element.FP32, pairs, tokens, INNER);
        Check.bytes("v", of.v, Element.BF16, pairs, groups, AbsorbTokens.GROUP_ROWS, CHANNELS);
        Check.ints("counts", of.counts, pairs);
        Check.bytes("out", out, Element.BF16, pairs, IMAGE_TOKENS, CHANNELS);
        Object[] args = {
            image.keys,
            image.queries,
            image.sources,
            of.k,
            of.v,
            of.counts,
            norm.gamma(),
            norm.beta(),
            out,
            pairs,
            tokens,
            groups,
            scale
        };
        Work work = AbsorbTokens.attention(pairs, tokens, 1.0 * IMAGE_TOKENS * CHANNELS * Element.BF16.bytes());
        Grid grid = Grid.of(BLOCKS, Math.clamp(multiprocessors / BLOCKS, 1, pairs));
        function.launch(stream, work, grid, Block.of(THREADS), SHARED_BYTES, args);
    }
}
