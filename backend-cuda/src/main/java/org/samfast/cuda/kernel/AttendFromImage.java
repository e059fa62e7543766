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
 * The image attends to the tokens of its pair, adds what it finds and is normalised, in one pass over the keys: {@link AbsorbTokens}
 * did the projections to the tokens. Of compute capability 9.0. Kernel: decoder/attend_from_image.cu.
 */
public final class AttendFromImage {
    private static final int CHANNELS = 256;
    private static final int IMAGE_TOKENS = 4096;
    private static final int THREADS = 256;
    /** Rows of k and v, four times 64 rows of keys, and vectors. */
    private static final int SHARED_BYTES = 1024 + (2 * 64 + 4 * 64) * CHANNELS * 2 + (3 * CHANNELS + 64) * Float.BYTES;
    /** Blocks per pair: the fewer, the less often tokens are read; of few pairs all multiprocessors shall have some. */
    private static final int BLOCKS_OF_MANY = 2;

    private static final int BLOCKS_OF_FEW = 32;
    private static final int FEW = 16;

    private final KernelFunction function;

    public AttendFromImage(Device device) {
        function = device.function("decoder/attend_from_image", "attend_from_image_bf16");
    }

    /** Of the tokens: keys and values of {@link AbsorbTokens} by token, log2 e / 4 in the keys' scale, and the keys' bias. */
    public record Tokens(DeviceBuffer k, DeviceBuffer v, DeviceBuffer scoreBias, DeviceBuffer counts) {}

    /**
     * The image's positions [4096][256] in the order in which the kernel's threads hold 64 rows: [64 tiles][16 steps of 16
     * channels][4 warps][8 rows][4 pairs][2 halves of the step][upper and lower 8 rows][2].
     */
    public static float[] operandOrder(float[] position) {
        float[] ordered = new float[position.length];
        for (int i = 0; i < ordered.length; i++) {
            int lower = i / 2 % 2;
            int right = i / 4 % 2;
            int pair = i / 8 % 4;
            int row = i / 32 % 8;
            int warp = i / 256 % 4;
            int step = i / 1024 % 16;
            int tile = i / 16384;
            int token = tile * 64 + warp * 16 + lower * 8 + row;
            ordered[i] = position[token * CHANNELS + step * 16 + right * 8 + pair * 2 + i % 2];
        }
        return ordered;
    }

    /**
     * @param in [..][4096][256] bf16
     * @param sources [pairs] int, which of them are a pair's, or {@link DeviceBuffer#NONE} for its own
     * @param position bf16, of {@link #operandOrder}
     * @param bias [256] fp32, of the projection of the output
     * @param out [pairs][4096][256] bf16, written of the pairs that are served; may be in
     * @param fewest real tokens of a pair that is served
     */
    public void attend(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer sources,
            DeviceBuffer position,
            Tokens of,
            DeviceBuffer bias,
            NormWeights norm,
            DeviceBuffer out,
            int pairs,
            int tokens,
            int fewest) {
        int groups = AbsorbTokens.groups(tokens);
        Check.bytes("in", in, Element.BF16, sources == DeviceBuffer.NONE ? pairs : 1, IMAGE_TOKENS, CHANNELS);
        Check.bytes("position", position, Element.BF16, IMAGE_TOKENS, CHANNELS);
        Check.bytes("k", of.k, Element.BF16, pairs, groups, AbsorbTokens.GROUP_ROWS, CHANNELS);
        Check.bytes("v", of.v, Element.BF16, pairs, groups, AbsorbTokens.GROUP_ROWS, CHANNELS);
        Check.bytes("score bias", of.scoreBias, Element.FP32, pairs, groups, AbsorbTokens.GROUP_ROWS);
        Check.ints("counts", of.counts, pairs);
        Check.bytes("bias", bias, Element.FP32, CHANNELS);
        Check.bytes("out", out, Element.BF16, pairs, IMAGE_TOKENS, CHANNELS);
        int blocks = pairs < FEW ? BLOCKS_OF_FEW : BLOCKS_OF_MANY;
        Object[] args = {
            in,
            sources,
            position,
            of.k,
            of.v,
            of.scoreBias,
            of.counts,
            bias,
            norm.gamma(),
            norm.beta(),
            out,
            groups,
            fewest
        };
        Work work = AbsorbTokens.attention(pairs, tokens, 2.0 * IMAGE_TOKENS * CHANNELS * Element.BF16.bytes());
        function.launch(stream, work, Grid.of(blocks, pairs), Block.of(THREADS), SHARED_BYTES, args);
    }
}
