package org.samfast.cuda.kernel;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.TensorMap;

/** {@link Linear} in bf16 on compute capability 9.0: kernel encoder/linear.cu. */
final class HopperLinear {
    private static final String MODULE = "encoder/linear";
    private static final int THREADS = 384;
    private static final int SLICE = 64;

    private final Device device;
    private final Map<LinearTiling, KernelFunction> functions = new EnumMap<>(LinearTiling.class);

    private HopperLinear(Device device) {
        this.device = device;
        for (LinearTiling tiling : LinearTiling.values()) {
            functions.put(tiling, device.function(MODULE, tiling.entry()));
        }
    }

    /** Null where the GPU is another one, or the portable kernels are asked for. */
    static @Nullable HopperLinear of(Device device) {
        return device.has(MODULE) ? new HopperLinear(device) : null;
    }

    /** A residual that is repeated has to be repeated by whole slabs. */
    static boolean takes(DeviceBuffer residual, int residualRows, int m) {
        return residual == DeviceBuffer.NONE || residualRows >= m || residualRows % LinearTiling.slabRows() == 0;
    }

    void launch(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            int m,
            int n,
            int k,
            int activation) {
        LinearTiling tiling = LinearTiling.choose(m, n, k, device.multiprocessors());
        launch(tiling, stream, in, weight, bias, residual, residualRows, out, m, n, k, activation);
    }

    void launch(
            LinearTiling tiling,
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            int m,
            int n,
            int k,
            int activation) {
        int rows = residual == DeviceBuffer.NONE ? 0 : Math.min(residualRows, m);
        TensorMap outMap = slabs("out", out, m, n, tiling);
        Object[] args = {
            device.tensorMap("in", in, m, k, tiling.tileRows(), SLICE),
            device.tensorMap("weight", weight, n, k, tiling.weightRows(), SLICE),
            outMap,
            rows == 0 ? outMap : slabs("residual", residual, rows, n, tiling),
            bias,
            m,
            n,
            k,
            rows,
            activation
        };
        Objects.requireNonNull(functions.get(tiling))
                .launch(
                        stream,
                        Grid.of(tiling.blocks(m, n, device.multiprocessors())),
                        Block.of(THREADS),
                        tiling.sharedBytes(),
                        args);
    }

    private TensorMap slabs(String name, DeviceBuffer matrix, int rows, int n, LinearTiling tiling) {
        return device.tensorMap(name, matrix, rows, n, LinearTiling.slabRows(), tiling.slabColumns());
    }
}
