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
 * The decoder's keys: image embedding plus the embedding of the mask prompt, or of its absence. Kernel:
 * prompt/dense_prompt.cu.
 */
public final class DensePrompt {
    /** Floats of the mask encoder's weights, one after the other as in the checkpoint's mask_downscaling 0, 1, 3, 4, 6. */
    public static final int WEIGHTS = (16 + 4) + (4 + 4) + (256 + 16) + (16 + 16) + (4096 + 256);

    private static final int CHANNELS = 256;
    private static final int TOKENS = 4096;
    private static final int MASK_SIDE = 256;
    private static final int BLOCK_TOKENS = 32;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public DensePrompt(Device device, Element element) {
        function = device.function("prompt/dense_prompt", "dense_prompt_" + element.suffix());
        this.element = element;
    }

    /**
     * @param embeddings [pairs] long: the device address of the [4096][256] of that pair's image; 0 stands for all zero
     * @param noMask [256] fp32
     * @param maskIndex [pairs] int, which of the masks; -1 for none
     * @param masks [..][256][256] fp32 logits, or {@link DeviceBuffer#NONE} where every index is -1
     * @param weights [{@link #WEIGHTS}] fp32
     * @param keys [pairs][4096][256]
     */
    public void launch(
            Stream stream,
            DeviceBuffer embeddings,
            DeviceBuffer noMask,
            DeviceBuffer maskIndex,
            DeviceBuffer masks,
            DeviceBuffer weights,
            DeviceBuffer keys,
            int pairs) {
        Check.ints("embeddings", embeddings, pairs, 2);
        Check.bytes("no mask", noMask, Element.FP32, CHANNELS);
        Check.ints("mask index", maskIndex, pairs);
        if (masks != DeviceBuffer.NONE) {
            Check.bytes("masks", masks, Element.FP32, MASK_SIDE, MASK_SIDE);
        }
        Check.bytes("weights", weights, Element.FP32, WEIGHTS);
        Check.bytes("keys", keys, element, pairs, TOKENS, CHANNELS);
        Grid grid = Grid.of(TOKENS / BLOCK_TOKENS, pairs);
        Work work = Work.moving(2.0 * pairs * TOKENS * CHANNELS * element.bytes());
        function.launch(stream, work, grid, Block.of(THREADS), 0, embeddings, noMask, maskIndex, masks, weights, keys);
    }
}
