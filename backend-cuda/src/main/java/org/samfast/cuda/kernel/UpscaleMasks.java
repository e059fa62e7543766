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
 * The masks' logits from the image's tokens, without the upscaled image in memory. Of compute capability 9.0. Kernel:
 * mask/upscale_masks.cu.
 */
public final class UpscaleMasks {
    private static final String MODULE = "mask/upscale_masks";
    private static final int GRID = 64;
    private static final int CHANNELS = 256;
    private static final int MIDDLE = 64;
    private static final int LAST = 32;
    private static final int PLACES = 4;
    private static final int MASKS = 4;
    private static final int SIDE = 256;
    private static final int THREADS = 512;
    /** Both weights, twice 64 tokens, and vectors. */
    private static final int SHARED_BYTES = 1024
            + 2 * (PLACES * MIDDLE * CHANNELS + PLACES * LAST * MIDDLE + 2 * GRID * CHANNELS)
            + Float.BYTES * (3 * MIDDLE + LAST);

    private final Device device;
    private final KernelFunction function;

    public UpscaleMasks(Device device) {
        this.device = device;
        function = device.function(MODULE, "upscale_masks_bf16");
    }

    /** Whether this build has it, and its companions, for that GPU. */
    public static boolean isThere(Device device) {
        return device.has(MODULE);
    }

    /**
     * @param keys [pairs][4096][256] bf16
     * @param first of the first transposed convolution, weight [2][2][64][256] bf16, of its bias one place is read
     * @param norm over its 64 channels
     * @param second of the second, weight [2][2][32][64] bf16
     * @param hyper [pairs][4][32] fp32
     * @param logits [pairs][4][256][256] fp32
     */
    public void upscale(
            Stream stream,
            DeviceBuffer keys,
            LinearWeights first,
            NormWeights norm,
            LinearWeights second,
            DeviceBuffer hyper,
            DeviceBuffer logits,
            int pairs) {
        Check.bytes("keys", keys, Element.BF16, pairs, GRID, GRID, CHANNELS);
        Check.bytes("first weight", first.weight(), Element.BF16, PLACES, MIDDLE, CHANNELS);
        Check.bytes("second weight", second.weight(), Element.BF16, PLACES, LAST, MIDDLE);
        Check.bytes("hyper", hyper, Element.FP32, pairs, MASKS, LAST);
        Check.bytes("logits", logits, Element.FP32, pairs, MASKS, SIDE, SIDE);
        Object[] args = {
            keys,
            first.weight(),
            first.bias(),
            norm.gamma(),
            norm.beta(),
            second.weight(),
            second.bias(),
            hyper,
            logits,
            pairs
        };
        Grid grid = Grid.of(Math.min(device.multiprocessors(), pairs * GRID));
        function.launch(stream, work(pairs), grid, Block.of(THREADS), SHARED_BYTES, args);
    }

    /** Both transposed convolutions and the products with the hypernetworks' vectors; keys in, logits out. */
    private static Work work(int pairs) {
        double tokens = (double) GRID * GRID;
        double first = tokens * CHANNELS * PLACES * MIDDLE;
        double second = tokens * PLACES * MIDDLE * PLACES * LAST;
        double masks = (double) SIDE * SIDE * LAST * MASKS;
        double bytes = tokens * CHANNELS * Element.BF16.bytes() + (double) MASKS * SIDE * SIDE * Float.BYTES;
        return new Work(
                Work.Unit.BF16,
                2 * pairs * (first + second + masks),
                pairs * bytes,
                List.of(new Work.Extent("pairs", pairs)));
    }
}
