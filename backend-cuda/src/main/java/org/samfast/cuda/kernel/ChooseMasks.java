package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;

/**
 * Which of the decoder's outputs each finished mask is made of, decided on the device, so that nobody waits for the
 * ratings. Kernel: mask/choose_masks.cu.
 */
public final class ChooseMasks {
    private static final int MASKS = 4;
    private static final int THREADS = 128;

    private final KernelFunction function;

    public ChooseMasks(Device device) {
        function = device.function("mask/choose_masks", "choose_masks");
    }

    /** What stands for that output of that pair. */
    public static int output(int pair, int output) {
        return MASKS * pair + output;
    }

    /** What stands for the best-rated of the three multimask outputs of that pair. */
    public static int bestOfThree(int pair) {
        return -1 - pair;
    }

    /**
     * @param iou [pairs][4] fp32
     * @param wanted [masks] int, see {@link #output} and {@link #bestOfThree}
     * @param planes takes [masks] int: {@code 4 * pair + output}
     */
    public void launch(
            Stream stream, DeviceBuffer iou, DeviceBuffer wanted, DeviceBuffer planes, int pairs, int masks) {
        Check.bytes("iou", iou, Element.FP32, pairs, MASKS);
        Check.ints("wanted", wanted, masks);
        Check.ints("planes", planes, masks);
        function.launch(
                stream, Grid.of(Math.ceilDiv(masks, THREADS)), Block.of(THREADS), 0, iou, wanted, planes, masks);
    }
}
