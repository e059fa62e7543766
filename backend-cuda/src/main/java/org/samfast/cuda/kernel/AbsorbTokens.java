package org.samfast.cuda.kernel;

import java.util.List;
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
 * Moves a projection of the image's tokens to the prompt's: per head of a token, its 16 channels times the 16 rows of the weight
 * that are that head's. Kernel: decoder/absorb_tokens.cu.
 */
public final class AbsorbTokens {
    /** Tokens of a group, and the rows that it becomes: a head of a token each. */
    public static final int GROUP = 8;

    public static final int GROUP_ROWS = 64;

    private static final int CHANNELS = 256;
    private static final int INNER = 128;

    private static final int IMAGE_TOKENS = 4096;

    private final KernelFunction function;

    public AbsorbTokens(Device device) {
        function = device.function("decoder/absorb_tokens", "absorb_tokens");
    }

    /** Of the attention of so many pairs' images to the rows that their tokens became, or back, without projections. */
    static Work attention(int pairs, int tokens, double bytesPerPair) {
        double products = 2.0 * pairs * groups(tokens) * GROUP_ROWS * IMAGE_TOKENS * CHANNELS;
        List<Work.Extent> problem = List.of(new Work.Extent("pairs", pairs), new Work.Extent("tokens", tokens));
        return new Work(Work.Unit.BF16, 2 * products, pairs * bytesPerPair, problem);
    }

    /** How rows and channels of the outcome are ordered. */
    public enum Order {
        /** Rows by token: of {@link AttendFromImage}. */
        BY_TOKEN(false, false),
        /** Rows by head: of {@link AttendToImage}. */
        BY_HEAD(true, false),
        /** Rows by head, as {@link AttendFromProjected} has them in shared memory. */
        IN_TILES(true, true);

        private final boolean headsFirst;
        private final boolean tiled;

        Order(boolean headsFirst, boolean tiled) {
            this.headsFirst = headsFirst;
            this.tiled = tiled;
        }
    }

    /** Groups of so many tokens. */
    public static int groups(int tokens) {
        return Math.ceilDiv(tokens, GROUP);
    }

    /**
     * @param in [pairs][tokens][128] fp32
     * @param weight [128][256] fp32
     * @param bias [128] fp32, or {@link DeviceBuffer#NONE}
     * @param added [256] fp32, of which each row gets an eighth, or {@link DeviceBuffer#NONE}
     * @param counts [pairs] int, the real tokens of each pair
     * @param out [pairs][groups][64][256] bf16; rows of tokens that are not real are 0
     * @param outBias [pairs][groups][64] fp32, written where there is a bias
     * @param scale of both
     */
    public void launch(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer added,
            DeviceBuffer counts,
            DeviceBuffer out,
            DeviceBuffer outBias,
            int pairs,
            int tokens,
            float scale,
            Order order) {
        int groups = groups(tokens);
        Check.bytes("in", in, Element.FP32, pairs, tokens, INNER);
        Check.bytes("weight", weight, Element.FP32, INNER, CHANNELS);
        if (added != DeviceBuffer.NONE) {
            Check.bytes("added", added, Element.FP32, CHANNELS);
        }
        Check.ints("counts", counts, pairs);
        Check.bytes("out", out, Element.BF16, pairs, groups, GROUP_ROWS, CHANNELS);
        if (bias != DeviceBuffer.NONE) {
            Check.bytes("bias", bias, Element.FP32, INNER);
            Check.bytes("out bias", outBias, Element.FP32, pairs, groups, GROUP_ROWS);
        }
        Object[] args = {
            in, weight, bias, added, counts, out, outBias, tokens, scale, order.headsFirst ? 1 : 0, order.tiled ? 1 : 0
        };
        function.launch(stream, Grid.of(groups, pairs), Block.of(CHANNELS), 0, args);
    }
}
