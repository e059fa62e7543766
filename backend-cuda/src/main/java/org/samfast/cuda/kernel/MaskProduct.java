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

/** Low-resolution logits from the upscaled embedding and the hypernetworks' vectors. Kernel: mask/mask_product.cu. */
public final class MaskProduct {
    private static final int GRID = 64;
    private static final int SIDE = 256;
    private static final int CHANNELS = 32;
    private static final int MASKS = 4;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public MaskProduct(Device device, Element element) {
        function = device.function("mask/mask_product", "mask_product_" + element.suffix());
        this.element = element;
    }

    /**
     * @param upscaled [pairs][4096][2][2][2][2][32], of the element: token, dy1, dx1, dy2, dx2, channel
     * @param hyper [pairs][4][32] fp32
     * @param logits [pairs][4][256][256] fp32
     */
    public void launch(Stream stream, DeviceBuffer upscaled, DeviceBuffer hyper, DeviceBuffer logits, int pairs) {
        Check.bytes("upscaled", upscaled, element, pairs, SIDE, SIDE, CHANNELS);
        Check.bytes("hyper", hyper, Element.FP32, pairs, MASKS, CHANNELS);
        Check.bytes("logits", logits, Element.FP32, pairs, MASKS, SIDE, SIDE);
        Work work = Work.moving((double) pairs * SIDE * SIDE * (CHANNELS * element.bytes() + MASKS * Float.BYTES));
        function.launch(stream, work, Grid.of(GRID, pairs), Block.of(THREADS), 0, upscaled, hyper, logits);
    }
}
