package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;

/** bf16 to int8 by constants: the input of a Linear in int8 that no LayerNorm made. Kernel: encoder/quantize.cu. */
public final class Quantize {
    private static final int THREADS = 256;
    private static final int VALUES_PER_THREAD = 8;

    private final KernelFunction function;

    public Quantize(Device device) {
        function = device.function("encoder/quantize", "quantize");
    }

    /**
     * {@code out = round(in * factor)}, ties to even, within -127 to 127.
     *
     * @param in [rows][channels] bf16
     * @param factors [channels] fp32
     * @param out [rows][channels] int8
     * @param channels a multiple of 8
     */
    public void launch(Stream stream, DeviceBuffer in, DeviceBuffer factors, DeviceBuffer out, int rows, int channels) {
        if (channels % VALUES_PER_THREAD != 0) {
            throw new IllegalArgumentException("quantize: expected a multiple of 8 channels, got " + channels);
        }
        Check.bytes("in", in, Element.BF16, rows, channels);
        Check.bytes("factors", factors, Element.FP32, channels);
        Check.u8("out", out, rows, channels);
        long values = (long) rows * channels;
        Grid grid = Grid.of(Math.toIntExact(Math.ceilDiv(values, THREADS * VALUES_PER_THREAD)));
        function.launch(stream, grid, Block.of(THREADS), 0, in, factors, out, values, channels);
    }
}
