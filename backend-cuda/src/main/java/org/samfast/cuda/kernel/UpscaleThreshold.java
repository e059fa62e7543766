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
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;

/**
 * Low-resolution logits to masks at the size of the image, bit for bit as {@link org.samfast.mask.MaskUpscale}. Kernel:
 * mask/upscale_threshold.cu.
 */
public final class UpscaleThreshold {
    private static final int SIDE = 256;
    private static final int BLOCK_WIDTH = 32;
    private static final int BLOCK_HEIGHT = 8;

    private final KernelFunction function;

    public UpscaleThreshold(Device device) {
        function = device.function("mask/upscale_threshold", "upscale_threshold");
    }

    /**
     * @param logits [..][256][256] fp32
     * @param planes [masks] int, which of the planes of logits each mask is made of
     * @param out [masks][height][width] bytes, 1 inside and 0 outside
     * @param frame the size of the image and of its part of the 1024x1024 frame
     */
    public void launch(
            Stream stream,
            DeviceBuffer logits,
            DeviceBuffer planes,
            DeviceBuffer out,
            int masks,
            ResizeLongestSide frame) {
        Size inner = frame.resized();
        Size image = frame.original();
        Check.bytes("logits", logits, Element.FP32, SIDE, SIDE);
        Check.ints("planes", planes, masks);
        Check.u8("out", out, masks, image.height(), image.width());
        Grid grid =
                Grid.of(Math.ceilDiv(image.width(), BLOCK_WIDTH), Math.ceilDiv(image.height(), BLOCK_HEIGHT), masks);
        Object[] args = {logits, planes, out, masks, inner.width(), inner.height(), image.width(), image.height()};
        Work work = Work.moving(masks * ((double) SIDE * SIDE * Float.BYTES + image.area()));
        function.launch(stream, work, grid, Block.of(BLOCK_WIDTH, BLOCK_HEIGHT), 0, args);
    }
}
