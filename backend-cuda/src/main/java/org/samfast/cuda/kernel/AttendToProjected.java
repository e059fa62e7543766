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
 * The tokens of many pairs attend to images whose keys and values are projected once for all pairs; {@link AttendToImage#merge}
 * makes one of the parts. Of compute capability 9.0. Kernel: decoder/attend_to_projected.cu.
 */
public final class AttendToProjected {
    private static final int INNER = 128;
    private static final int IMAGE_TOKENS = 4096;
    private static final int THREADS = 128;
    /** Pairs, and of the 8 heads how many, of a block. */
    private static final int PAIRS = 8;

    private static final int BLOCKS_OF_HEADS = 2;
    /** The queries, and two times 64 rows of keys and values, of 4 heads of 16 channels. */
    private static final int SHARED_BYTES = 1024 + 5 * 64 * 4 * 16 * 2;

    private final KernelFunction function;

    public AttendToProjected(Device device) {
        function = device.function("decoder/attend_to_projected", "attend_to_projected_bf16");
    }

    /**
     * @param k [..][4096][128] bf16
     * @param v like k
     * @param sources [pairs] int, which of the images are a pair's; pairs of one image are best neighbours
     * @param q [pairs][tokens][128] fp32
     * @param counts [pairs] int, the real tokens of each pair, 1 or more
     * @param parts [pairs][groups] of {@link AttendToImage#partFloats}, overwritten
     * @param masses [pairs][groups] of {@link AttendToImage#massFloats}, overwritten
     * @param scale of the scores, log2 e in it
     */
    public void attend(
            Stream stream,
            DeviceBuffer k,
            DeviceBuffer v,
            DeviceBuffer sources,
            DeviceBuffer q,
            DeviceBuffer counts,
            DeviceBuffer parts,
            DeviceBuffer masses,
            int pairs,
            int tokens,
            float scale) {
        int groups = AbsorbTokens.groups(tokens);
        Check.bytes("k", k, Element.BF16, 1, IMAGE_TOKENS, INNER);
        Check.bytes("v", v, Element.BF16, 1, IMAGE_TOKENS, INNER);
        Check.ints("sources", sources, pairs);
        Check.bytes("q", q, Element.FP32, pairs, tokens, INNER);
        Check.ints("counts", counts, pairs);
        Check.bytes("parts", parts, Element.FP32, pairs, groups, AttendToImage.partFloats());
        Check.bytes("masses", masses, Element.FP32, pairs, groups, AttendToImage.massFloats());
        Grid grid = Grid.of(AttendToImage.PARTS * BLOCKS_OF_HEADS, Math.ceilDiv(pairs, PAIRS), groups);
        Object[] args = {k, v, sources, q, counts, parts, masses, pairs, tokens, groups, scale};
        function.launch(stream, work(pairs, tokens, groups), grid, Block.of(THREADS), SHARED_BYTES, args);
    }

    /** Scores and weighted values; parts and masses are what is moved most. */
    private static Work work(int pairs, int tokens, int groups) {
        double rows = (double) pairs * groups * AbsorbTokens.GROUP;
        double floats = (double) pairs * groups * (AttendToImage.partFloats() + AttendToImage.massFloats());
        List<Work.Extent> problem = List.of(new Work.Extent("pairs", pairs), new Work.Extent("tokens", tokens));
        return new Work(Work.Unit.BF16, 4 * rows * IMAGE_TOKENS * INNER, floats * Float.BYTES, problem);
    }
}
