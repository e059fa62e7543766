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
 * A pair's tokens attend to its image in one pass over the keys, which are not projected: {@link AbsorbTokens} did that to the
 * queries. Of compute capability 9.0. Kernels: decoder/attend_to_image.cu.
 */
public final class AttendToImage {
    static final String MODULE = "decoder/attend_to_image";
    /** Parts of the image's tokens, each attended to by a block. */
    public static final int PARTS = 16;

    private static final int CHANNELS = 256;
    private static final int INNER = 128;
    private static final int IMAGE_TOKENS = 4096;
    private static final int THREADS = 128;
    /** Three times 32 rows of keys and of their positions. */
    private static final int SHARED_BYTES = 1024 + 3 * 2 * 32 * CHANNELS * 2;

    private final KernelFunction attend;
    private final KernelFunction merge;

    public AttendToImage(Device device) {
        attend = device.function(MODULE, "attend_to_image_bf16");
        merge = device.function(MODULE, "merge_attended");
    }

    /** Floats that a group's parts take. */
    public static long partFloats() {
        return (long) PARTS * AbsorbTokens.GROUP * INNER;
    }

    /** Floats that a group's scores and masses take. */
    public static long massFloats() {
        return 2L * PARTS * AbsorbTokens.GROUP_ROWS;
    }

    /**
     * @param keys [pairs][4096][256] bf16
     * @param position [4096][256] bf16
     * @param q [pairs][groups][64][256] bf16, of {@link AbsorbTokens} with heads first, log2 e / 4 in its scale
     * @param v the projection of the values: weight [128][256] bf16
     * @param counts [pairs] int, the real tokens of each pair, 1 or more
     * @param parts [pairs][groups] of {@link #partFloats}, overwritten
     * @param masses [pairs][groups] of {@link #massFloats}, overwritten
     * @param out [pairs][tokens][128] fp32; rows of tokens that are not real are 0
     */
    public void attend(
            Stream stream,
            DeviceBuffer keys,
            DeviceBuffer position,
            DeviceBuffer q,
            LinearWeights v,
            DeviceBuffer counts,
            DeviceBuffer parts,
            DeviceBuffer masses,
            DeviceBuffer out,
            int pairs,
            int tokens) {
        int groups = AbsorbTokens.groups(tokens);
        Check.bytes("keys", keys, Element.BF16, pairs, IMAGE_TOKENS, CHANNELS);
        Check.bytes("position", position, Element.BF16, IMAGE_TOKENS, CHANNELS);
        Check.bytes("q", q, Element.BF16, pairs, groups, AbsorbTokens.GROUP_ROWS, CHANNELS);
        Check.bytes("v", v.weight(), Element.BF16, INNER, CHANNELS);
        Check.ints("counts", counts, pairs);
        Check.bytes("parts", parts, Element.FP32, pairs, groups, partFloats());
        Check.bytes("masses", masses, Element.FP32, pairs, groups, massFloats());
        Object[] args = {keys, position, q, v.weight(), counts, parts, masses, groups};
        Work work = AbsorbTokens.attention(pairs, tokens, 1.0 * IMAGE_TOKENS * CHANNELS * Element.BF16.bytes());
        attend.launch(stream, work, Grid.of(PARTS, groups, pairs), Block.of(THREADS), SHARED_BYTES, args);
        merge(stream, parts, masses, v.bias(), counts, out, pairs, tokens);
    }

    /** Makes one of the parts, with the bias [128] of the values' projection; else as for {@link #attend}. */
    public void merge(
            Stream stream,
            DeviceBuffer parts,
            DeviceBuffer masses,
            DeviceBuffer bias,
            DeviceBuffer counts,
            DeviceBuffer out,
            int pairs,
            int tokens) {
        Check.bytes("bias", bias, Element.FP32, INNER);
        Check.bytes("out", out, Element.FP32, pairs, tokens, INNER);
        Object[] args = {parts, masses, bias, counts, out, tokens, AbsorbTokens.groups(tokens)};
        merge.launch(stream, Grid.of(tokens, pairs), Block.of(INNER), 0, args);
    }
}
