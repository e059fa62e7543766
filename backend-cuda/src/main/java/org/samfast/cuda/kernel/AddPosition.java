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

/** Keys plus the position of each token in the image. Kernel: decoder/add_position.cu. */
public final class AddPosition {
    private static final int CHANNELS = 256;
    private static final int TOKENS = 4096;
    private static final int BLOCK_ROWS = 8;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public AddPosition(Device device, Element element) {
        function = device.function("decoder/add_position", "add_position_" + element.suffix());
        this.element = element;
    }

    /**
     * @param in [rows][256], of the element; row r is token {@code r % 4096} of its image
     * @param position [4096][256] fp32
     * @param out like in, may be in
     */
    public void launch(Stream stream, DeviceBuffer in, DeviceBuffer position, DeviceBuffer out, long rows) {
        Check.bytes("in", in, element, rows, CHANNELS);
        Check.bytes("position", position, Element.FP32, TOKENS, CHANNELS);
        Check.bytes("out", out, element, rows, CHANNELS);
        Grid grid = Grid.of(Math.toIntExact(Math.ceilDiv(rows, BLOCK_ROWS)));
        Work work = Work.moving(2.0 * rows * CHANNELS * element.bytes());
        function.launch(stream, work, grid, Block.of(THREADS), 0, in, position, out, rows);
    }
}
