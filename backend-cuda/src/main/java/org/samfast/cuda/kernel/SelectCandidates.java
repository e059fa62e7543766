package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;

/** Of the multimask outputs those that the model rates well enough. Kernel: mask/select_candidates.cu. */
public final class SelectCandidates {
    /** Multimask outputs of a pair. */
    public static final int OUTPUTS = 3;

    /** All outputs of a pair, the single-mask one first. */
    static final int MASKS = 4;

    private static final int THREADS = 1024;

    private final KernelFunction function;

    public SelectCandidates(Device device) {
        function = device.function("mask/select_candidates", "select_candidates");
    }

    /**
     * @param iou [pairs][4] fp32
     * @param planes takes [3 pairs] int: {@code 4 * pair + output} of those that are kept, in their order
     * @param count takes [1] int, how many they are
     * @param passed [3 pairs][2] int, set to 0 for those that are kept
     * @param threshold their rating is above it; 0 or less keeps all
     */
    public void launch(
            Stream stream,
            DeviceBuffer iou,
            DeviceBuffer planes,
            DeviceBuffer count,
            DeviceBuffer passed,
            int pairs,
            float threshold) {
        Check.bytes("iou", iou, Element.FP32, pairs, MASKS);
        Check.ints("planes", planes, pairs, OUTPUTS);
        Check.ints("count", count, 1);
        Check.ints("passed", passed, pairs, OUTPUTS, 2);
        function.launch(stream, Grid.of(1), Block.of(THREADS), 0, iou, planes, count, passed, pairs, threshold);
    }
}
