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
import org.samfast.image.Normalization;
import org.samfast.image.Size;

/**
 * A resized image as normalised 16x16 patches, one per row. Kernel: image/patchify.cu. Source: segment-anything
 * modeling/sam.py preprocess, modeling/image_encoder.py PatchEmbed.
 */
public final class Patchify {
    /** Columns of the output: channel*256 + ky*16 + kx. */
    public static final int COLUMNS = 3 * 16 * 16;

    private static final int TOKENS = 4096;
    private static final int PER_THREAD = 8;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public Patchify(Device device, Element element) {
        function = device.function("image/patchify", "patchify_" + element.suffix());
        this.element = element;
    }

    /**
     * @param resized [height][width][3] uint8, at most 1024x1024
     * @param out [4096][768] of the element, zero outside the image
     */
    public void launch(Stream stream, DeviceBuffer resized, DeviceBuffer out, Size size) {
        if (Math.max(size.width(), size.height()) > Normalization.SIDE) {
            throw new IllegalArgumentException("patchify: expected at most 1024x1024 pixels, got " + size);
        }
        Check.u8("resized", resized, size.height(), size.width(), 3);
        Check.bytes("out", out, element, TOKENS, COLUMNS);
        Grid grid = Grid.of(TOKENS * COLUMNS / (PER_THREAD * THREADS));
        Work work = Work.moving(3.0 * size.area() + (double) TOKENS * COLUMNS * element.bytes());
        function.launch(stream, work, grid, Block.of(THREADS), 0, resized, out, size.width(), size.height());
    }
}
