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
 * The 3x3 neighbourhoods of all tokens as rows of a matrix. Kernel: encoder/neck_gather.cu. Source: segment-anything
 * modeling/image_encoder.py ImageEncoderViT.neck.
 */
public final class NeckGather {
    /** Columns of the output: (ky*3 + kx)*256 + channel. */
    public static final int COLUMNS = 9 * 256;

    private static final int TOKENS = 4096;
    private static final int CHANNELS = 256;
    private static final int PER_THREAD = 8;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public NeckGather(Device device, Element element) {
        function = device.overlapping("encoder/neck_gather", "neck_gather_" + element.suffix());
        this.element = element;
    }

    /**
     * @param in [images * 4096][256] of the element
     * @param out [images * 4096][2304] of the element, zero where a neighbour is outside the 64x64 grid
     */
    public void launch(Stream stream, DeviceBuffer in, DeviceBuffer out, int images) {
        Check.bytes("in", in, element, images, TOKENS, CHANNELS);
        Check.bytes("out", out, element, images, TOKENS, COLUMNS);
        Grid grid = Grid.of(Math.multiplyExact(images, TOKENS * COLUMNS / (PER_THREAD * THREADS)));
        Work work = Work.moving((double) images * TOKENS * (CHANNELS + COLUMNS) * element.bytes());
        function.launch(stream, work, grid, Block.of(THREADS), 0, in, out, images);
    }
}
