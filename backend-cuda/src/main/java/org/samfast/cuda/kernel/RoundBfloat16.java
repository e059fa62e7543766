package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;

/** fp32 to bf16, to the nearest, ties to even. Kernel: weights/round_bf16.cu. */
public final class RoundBfloat16 {
    private static final int THREADS = 256;
    private static final int PER_BLOCK = 8 * THREADS;

    private final KernelFunction function;

    public RoundBfloat16(Device device) {
        function = device.function("weights/round_bf16", "round_bf16");
    }

    /**
     * @param in [count] fp32
     * @param out [count] bf16
     */
    public void launch(Stream stream, DeviceBuffer in, DeviceBuffer out, long count) {
        Check.bytes("in", in, Element.FP32, count);
        Check.bytes("out", out, Element.BF16, count);
        Grid grid = Grid.of(Math.toIntExact(Math.ceilDiv(count, PER_BLOCK)));
        function.launch(stream, grid, Block.of(THREADS), 0, in, out, count);
    }
}
