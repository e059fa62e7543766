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

/** bf16 to int8: the input of a Linear in int8 that no LayerNorm made. Kernels: encoder/quantize.cu. */
public final class Quantize {
    private static final int THREADS = 256;
    private static final int VALUES_PER_THREAD = 8;
    private static final int ROW_THREADS = 128;
    private static final int LONGEST_ROW = 5120;

    private final KernelFunction byConstants;
    private final KernelFunction byRow;

    public Quantize(Device device) {
        byConstants = device.overlapping("encoder/quantize", "quantize");
        byRow = device.overlapping("encoder/quantize", "quantize_rows");
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
        check(in, out, rows, channels);
        Check.bytes("factors", factors, Element.FP32, channels);
        long values = (long) rows * channels;
        Grid grid = Grid.of(Math.toIntExact(Math.ceilDiv(values, THREADS * VALUES_PER_THREAD)));
        byConstants.launch(
                stream, work(rows, channels), grid, Block.of(THREADS), 0, in, factors, out, values, channels);
    }

    /**
     * The same, each row by a scale of its own: its largest magnitude over 127.
     *
     * @param scales [rows] fp32: a value is about its integer times its row's scale
     * @param channels a multiple of 8 up to 5120
     */
    public void byRow(Stream stream, DeviceBuffer in, DeviceBuffer out, DeviceBuffer scales, int rows, int channels) {
        check(in, out, rows, channels);
        if (channels > LONGEST_ROW) {
            throw new IllegalArgumentException(
                    "quantize: expected rows of at most " + LONGEST_ROW + " channels, got " + channels);
        }
        Check.bytes("scales", scales, Element.FP32, rows);
        byRow.launch(stream, work(rows, channels), Grid.of(rows), Block.of(ROW_THREADS), 0, in, out, scales, channels);
    }

    private static Work work(long rows, long channels) {
        return Work.moving((double) rows * channels * (Element.BF16.bytes() + 1));
    }

    private static void check(DeviceBuffer in, DeviceBuffer out, int rows, int channels) {
        if (channels % VALUES_PER_THREAD != 0) {
            throw new IllegalArgumentException("quantize: expected a multiple of 8 channels, got " + channels);
        }
        Check.bytes("in", in, Element.BF16, rows, channels);
        Check.u8("out", out, rows, channels);
    }
}
