package org.samfast.cuda.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
 * Attention inside the 14x14 windows of the 64x64 grid, with decomposed relative position. Kernels:
 * encoder/window_attention.cu on Hopper and portable/window_attention.cu on every other GPU (bf16, head dimension 64 or 80),
 * fp32/attention.cu (fp32, multiples of 8 up to 128). Source: segment-anything modeling/image_encoder.py Block and Attention.
 */
public final class WindowAttention {
    private static final String KERNEL = "window_attention";
    private static final int SIDE = 14;
    static final int WINDOWS = 25;

    private final AttentionShape shape;
    private final KernelFunction function;
    private final @Nullable HopperWindowAttention hopper;

    public WindowAttention(Device device, Element element, int heads, int headDim) {
        this(
                device,
                element,
                heads,
                headDim,
                element == Element.BF16 ? HopperWindowAttention.of(device, heads, headDim) : null);
    }

    WindowAttention(Device device, Element element, int heads, int headDim, @Nullable HopperWindowAttention hopper) {
        this.hopper = hopper;
        shape = new AttentionShape(element, SIDE, heads, headDim);
        function = device.function(shape.module(KERNEL), shape.entry(KERNEL));
    }

    /**
     * @param qkv [images * 4096][3][heads][headDim] of the element
     * @param qkvBias [3][heads][headDim] fp32: what padded tokens have as k and v
     * @param relH [27][headDim] of the element
     * @param relW [27][headDim] of the element
     * @param out [images * 4096][heads][headDim] of the element
     */
    public void launch(
            Stream stream,
            DeviceBuffer qkv,
            DeviceBuffer qkvBias,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer out,
            int images) {
        shape.check(qkv, relH, relW, out, images);
        Check.bytes("qkv bias", qkvBias, Element.FP32, 3, shape.heads(), shape.headDim());
        int heads = shape.heads();
        Work work = shape.work(images, shape.element().bytes());
        if (hopper != null) {
            hopper.launch(stream, work, qkv, qkvBias, relH, relW, out, images);
        } else if (shape.element() == Element.BF16) {
            Grid grid = Grid.of(WINDOWS, heads, images);
            // a thread for each 16 bytes of the 16 tokens in a row of shared memory
            Block block = Block.of(2 * shape.headDim());
            function.launch(
                    stream, work, grid, block, sharedBytes(shape.headDim()), qkv, qkvBias, relH, relW, out, heads);
        } else {
            Grid grid = Grid.of(WINDOWS * shape.plainTiles(), heads, images);
            Block block = Block.of(AttentionShape.PLAIN_THREADS);
            int shared = shape.plainSharedBytes();
            function.launch(stream, work, grid, block, shared, qkv, qkvBias, relH, relW, out, heads, shape.headDim());
        }
    }

    /** Whether {@link #launchToInt8} is there: in bf16 on compute capability 9.0. */
    public boolean storesInt8() {
        return hopper != null;
    }

    /**
     * The same, quantised as {@link Quantize} does it; where it {@link #storesInt8}.
     *
     * @param factors [heads][headDim] fp32: what each channel is multiplied by before it is rounded
     * @param out [images * 4096][heads][headDim] int8
     */
    public void launchToInt8(
            Stream stream,
            DeviceBuffer qkv,
            DeviceBuffer qkvBias,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer factors,
            DeviceBuffer out,
            int images) {
        shape.checkToInt8(qkv, relH, relW, factors, out, images);
        Check.bytes("qkv bias", qkvBias, Element.FP32, 3, shape.heads(), shape.headDim());
        Objects.requireNonNull(hopper, "int8 needs compute capability 9.0")
                .launchToInt8(stream, shape.work(images, 1), qkv, qkvBias, relH, relW, factors, out, images);
    }

    /** Keys and values of 14 rows of 16 tokens and both tables in bf16, and per warp 16 queries' products with a table. */
    private static int sharedBytes(int headDim) {
        int rows = 2 * SIDE * 16 + 2 * (2 * SIDE - 1);
        int warps = 2 * headDim / 32;
        return rows * headDim * Element.BF16.bytes() + warps * 16 * 33 * Float.BYTES;
    }
}
