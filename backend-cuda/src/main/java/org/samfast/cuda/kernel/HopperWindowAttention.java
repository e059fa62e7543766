package org.samfast.cuda.kernel;

import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;

/** {@link WindowAttention} in bf16 on compute capability 9.0: kernel encoder/window_attention.cu. */
final class HopperWindowAttention {
    private static final String MODULE = "encoder/window_attention";
    private static final int THREADS = 384;

    private final Device device;
    private final int heads;
    private final int headDim;
    private final KernelFunction function;
    private final KernelFunction toInt8;

    private HopperWindowAttention(Device device, int heads, int headDim) {
        this.device = device;
        this.heads = heads;
        this.headDim = headDim;
        function = device.overlapping(MODULE, "window_attention_hd" + headDim + "_bf16_sm90");
        toInt8 = device.overlapping(MODULE, "window_attention_hd" + headDim + "_int8_sm90");
    }

    /** Null where the GPU is another one, or the portable kernels are asked for. */
    static @Nullable HopperWindowAttention of(Device device, int heads, int headDim) {
        return device.has(MODULE) ? new HopperWindowAttention(device, heads, headDim) : null;
    }

    void launch(
            Stream stream,
            Work work,
            DeviceBuffer qkv,
            DeviceBuffer qkvBias,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer out,
            int images) {
        Object[] args = {qkv, qkvBias, relH, relW, out, heads, images};
        function.launch(stream, work, grid(images), Block.of(THREADS), sharedBytes(headDim), args);
    }

    void launchToInt8(
            Stream stream,
            Work work,
            DeviceBuffer qkv,
            DeviceBuffer qkvBias,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer factors,
            DeviceBuffer out,
            int images) {
        Object[] args = {qkv, qkvBias, relH, relW, factors, out, heads, images};
        toInt8.launch(stream, work, grid(images), Block.of(THREADS), sharedBytes(headDim), args);
    }

    private Grid grid(int images) {
        return Grid.of(Math.min(WindowAttention.WINDOWS * heads * images, device.multiprocessors()));
    }

    /** As Layout of the kernel has it: stages of 224 rows, 56 rows of tables, and products of 8 warps with these. */
    private static int sharedBytes(int headDim) {
        int stages = headDim == 64 ? 6 : 5;
        int alignment = 1024;
        int rows = (stages * 224 + 56) * headDim * Element.BF16.bytes();
        int products = 8 * 16 * 56 * Float.BYTES;
        int barriers = (2 * stages + 2) * Long.BYTES;
        return alignment + rows + products + barriers;
    }
}
