package org.samfast.cuda.kernel;

import java.lang.foreign.MemorySegment;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;
import org.samfast.image.PillowTaps;
import org.samfast.image.Size;

/** One pass of {@link Resize}, along rows or along columns, with its filter on the device. */
final class ResizePass {
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Size from;
    private final Size to;
    private final DeviceBuffer first;
    private final DeviceBuffer begin;
    private final DeviceBuffer weights;

    /**
     * From one size to another that differs in the width, or in the height alone.
     *
     * @param buffers own the filter
     */
    ResizePass(Device device, BufferSet buffers, Stream stream, Size from, Size to) {
        this.from = from;
        this.to = to;
        function = device.function("image/resize", alongRows() ? "resize_rows" : "resize_columns");
        PillowTaps taps =
                alongRows() ? PillowTaps.of(from.width(), to.width()) : PillowTaps.of(from.height(), to.height());
        first = uploaded(buffers, stream, taps.first());
        begin = uploaded(buffers, stream, taps.begin());
        weights = uploaded(buffers, stream, taps.weights());
    }

    private static DeviceBuffer uploaded(BufferSet buffers, Stream stream, int[] values) {
        DeviceBuffer buffer = buffers.allocate("resize filter", (long) values.length * Integer.BYTES);
        buffer.upload(stream, MemorySegment.ofArray(values));
        return buffer;
    }

    private boolean alongRows() {
        return from.width() != to.width();
    }

    void launch(Stream stream, DeviceBuffer in, DeviceBuffer out) {
        Check.u8("in", in, from.height(), from.width(), 3);
        Check.u8("out", out, to.height(), to.width(), 3);
        Grid grid = Grid.of(Math.toIntExact(Math.ceilDiv(to.area(), THREADS)));
        Block block = Block.of(THREADS);
        Work work = Work.moving(3.0 * (from.area() + to.area()));
        if (alongRows()) {
            Object[] args = {in, first, begin, weights, out, from.width(), to.width(), to.height()};
            function.launch(stream, work, grid, block, 0, args);
        } else {
            function.launch(stream, work, grid, block, 0, in, first, begin, weights, out, to.width(), to.height());
        }
    }
}
