package org.samfast.cuda.kernel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.TensorMap;
import org.samfast.cuda.device.Work;

/** {@link GlobalAttention} in bf16 on compute capability 9.0: kernel encoder/global_attention.cu. */
final class HopperGlobalAttention {
    private static final String MODULE = "encoder/global_attention";
    private static final int SIDE = 64;
    private static final int TABLE = 2 * SIDE - 1;

    // Tiling of the kernel: warpgroups that have a row of queries each, besides the one that moves data
    private static final int CONSUMERS = 3;
    private static final int WARPGROUP = 128;

    private final Device device;
    private final int heads;
    private final int headDim;
    private final KernelFunction function;
    private final KernelFunction toInt8;

    private HopperGlobalAttention(Device device, AttentionShape shape) {
        this.device = device;
        heads = shape.heads();
        headDim = shape.headDim();
        function = device.overlapping(MODULE, "global_attention_hd" + headDim + "_bf16_sm90");
        toInt8 = device.overlapping(MODULE, "global_attention_hd" + headDim + "_int8_sm90");
    }

    /** Null where the GPU is another one, for fp32, and where the portable kernels are asked for. */
    static @Nullable HopperGlobalAttention of(Device device, AttentionShape shape) {
        return shape.element() == Element.BF16 && device.has(MODULE) ? new HopperGlobalAttention(device, shape) : null;
    }

    void launch(
            Stream stream,
            Work work,
            DeviceBuffer qkv,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer out,
            int images) {
        launch(function, stream, work, qkv, relH, relW, images, out);
    }

    void launchToInt8(
            Stream stream,
            Work work,
            DeviceBuffer qkv,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer factors,
            DeviceBuffer out,
            int images) {
        launch(toInt8, stream, work, qkv, relH, relW, images, factors, out);
    }

    private void launch(
            KernelFunction kernel,
            Stream stream,
            Work work,
            DeviceBuffer qkv,
            DeviceBuffer relH,
            DeviceBuffer relW,
            int images,
            DeviceBuffer... results) {
        int tokens = SIDE * SIDE * images;
        int width = 3 * heads * headDim;
        int units = Math.ceilDiv(SIDE, CONSUMERS) * heads * images;
        List<Object> args = new ArrayList<>(List.of(
                boxes("qkv", qkv, tokens, width, 64),
                boxes("qkv", qkv, tokens, width, 16),
                boxes("rel_h", relH, TABLE, headDim, 64),
                boxes("rel_h", relH, TABLE, headDim, 16),
                boxes("rel_w", relW, TABLE, headDim, 64),
                boxes("rel_w", relW, TABLE, headDim, 16)));
        args.addAll(List.of(results));
        args.addAll(List.of(heads, units));
        Grid grid = Grid.of(Math.min(units, device.multiprocessors()));
        Block block = Block.of((1 + CONSUMERS) * WARPGROUP);
        kernel.launch(stream, work, grid, block, sharedBytes(headDim), args.toArray());
    }

    private TensorMap boxes(String name, DeviceBuffer matrix, int rows, int columns, int boxColumns) {
        return device.tensorMap(name, matrix, rows, columns, SIDE, boxColumns);
    }

    /** As Tiling of the kernel has it. */
    private static int sharedBytes(int headDim) {
        int stages = headDim == 64 ? 6 : 4;
        int alignment = 1024;
        int rows = (2 * CONSUMERS + 2 + 2 * stages) * SIDE * headDim * Element.BF16.bytes();
        // for the keys, and for the values: once, or in every stage
        int ones = (headDim == 64 ? 2 : 1 + stages) * SIDE * 32;
        int relative = CONSUMERS * SIDE * (SIDE + 8) * Float.BYTES;
        int barriers = 512;
        return alignment + rows + ones + relative + barriers;
    }
}
