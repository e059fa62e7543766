package org.samfast.cuda.kernel;

import java.util.ArrayList;
import java.util.List;
import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * {@link ResizeLongestSide#resize} on the device, bit for bit, for images of one size: the same passes in the same order.
 * Owns its filters and the picture between the passes. Kernel: image/resize.cu.
 */
public final class Resize implements AutoCloseable {
    private static final int BANDS = 3;

    private final ResizeLongestSide frame;
    private final List<ResizePass> passes = new ArrayList<>();
    private final BufferSet buffers;
    private final DeviceBuffer between;

    public Resize(Device device, Stream stream, ResizeLongestSide frame) {
        this.frame = frame;
        buffers = new BufferSet(device);
        Size middle = frame.afterFirstPass();
        addPass(device, stream, frame.original(), middle);
        addPass(device, stream, middle, frame.resized());
        between = passes.size() < 2
                ? DeviceBuffer.NONE
                : buffers.allocate("image between the passes of the resize", middle.area() * BANDS);
    }

    private void addPass(Device device, Stream stream, Size from, Size to) {
        if (!from.equals(to)) {
            passes.add(new ResizePass(device, buffers, stream, from, to));
        }
    }

    /**
     * @param in [height][width][3] uint8 at the original size
     * @param out [height][width][3] uint8 at the resized size
     */
    public void launch(Stream stream, DeviceBuffer in, DeviceBuffer out) {
        Size to = frame.resized();
        Check.u8("in", in, frame.original().height(), frame.original().width(), BANDS);
        Check.u8("out", out, to.height(), to.width(), BANDS);
        switch (passes.size()) {
            case 0 -> out.copyFrom(stream, in, to.area() * BANDS);
            case 1 -> passes.getFirst().launch(stream, in, out);
            default -> {
                passes.getFirst().launch(stream, in, between);
                passes.getLast().launch(stream, between, out);
            }
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
