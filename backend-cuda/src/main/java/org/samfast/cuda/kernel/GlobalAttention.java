package org.samfast.cuda.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;

/**
 * Attention over all 4096 tokens of an image, with decomposed relative position. Kernels: encoder/global_attention.cu on
 * Hopper and portable/global_attention.cu on every other GPU (bf16, head dimension 64 or 80), fp32/attention.cu (fp32,
 * multiples of 8 up to 128). Source: segment-anything modeling/image_encoder.py Attention.
 */
public final class GlobalAttention {
    private static final String KERNEL = "global_attention";
    private static final int SIDE = 64;
    private static final int QUERIES = 128;

    // Tiling of the kernel: warps of 32 queries, three stages of 64 keys and values
    private static final int WARPS = QUERIES / 32;
    private static final int STAGES = 3;

    private final AttentionShape shape;
    private final KernelFunction function;
    private final @Nullable HopperGlobalAttention hopper;

    public GlobalAttention(Device device, Element element, int heads, int headDim) {
        this(device, new AttentionShape(element, SIDE, heads, headDim));
    }

    private GlobalAttention(Device device, AttentionShape shape) {
        this(device, shape, HopperGlobalAttention.of(device, shape));
    }

    GlobalAttention(Device device, AttentionShape shape, @Nullable HopperGlobalAttention hopper) {
        this.shape = shape;
        this.hopper = hopper;
        function = device.function(shape.module(KERNEL), shape.entry(KERNEL));
    }

    /**
     * @param qkv [images * 4096][3][heads][headDim] of the element
     * @param relH [127][headDim] of the element
     * @param relW [127][headDim] of the element
     * @param out [images * 4096][heads][headDim] of the element
     */
    public void launch(
            Stream stream, DeviceBuffer qkv, DeviceBuffer relH, DeviceBuffer relW, DeviceBuffer out, int images) {
        shape.check(qkv, relH, relW, out, images);
        int heads = shape.heads();
        Work work = shape.work(images, shape.element().bytes());
        if (hopper != null) {
            hopper.launch(stream, work, qkv, relH, relW, out, images);
        } else if (shape.element() == Element.BF16) {
            Grid grid = Grid.of(SIDE * SIDE / QUERIES, heads, images);
            Block block = Block.of(32 * WARPS);
            function.launch(stream, work, grid, block, sharedBytes(shape.headDim()), qkv, relH, relW, out, heads);
        } else {
            Grid grid = Grid.of(shape.plainTiles(), heads, images);
            Block block = Block.of(AttentionShape.PLAIN_THREADS);
            int shared = shape.plainSharedBytes();
            function.launch(stream, work, grid, block, shared, qkv, relH, relW, out, heads, shape.headDim());
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
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer factors,
            DeviceBuffer out,
            int images) {
        shape.checkToInt8(qkv, relH, relW, factors, out, images);
        Objects.requireNonNull(hopper, "int8 needs compute capability 9.0")
                .launchToInt8(stream, shape.work(images, 1), qkv, relH, relW, factors, out, images);
    }

    /** Stages of keys and values in bf16, and rel_h of each query. */
    private static int sharedBytes(int headDim) {
        return STAGES * 2 * SIDE * headDim * Element.BF16.bytes() + QUERIES * (SIDE + 1) * Float.BYTES;
    }
}
