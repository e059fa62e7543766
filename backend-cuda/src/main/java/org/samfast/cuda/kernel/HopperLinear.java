package org.samfast.cuda.kernel;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
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

/** {@link Linear} in bf16 on compute capability 9.0: kernel encoder/linear.cu. */
final class HopperLinear {
    private static final String MODULE = "encoder/linear";
    private static final int THREADS = 384;
    private static final int SLICE = 64;

    private final Device device;
    private final Map<LinearTiling, KernelFunction> plain;
    private final Map<LinearTiling, KernelFunction> measured;
    private final Map<LinearTiling, KernelFunction> normed;

    private HopperLinear(Device device) {
        this.device = device;
        plain = functions(LinearTiling::entry);
        measured = functions(LinearTiling::measuredEntry);
        normed = functions(LinearTiling::normedEntry);
    }

    private Map<LinearTiling, KernelFunction> functions(Function<LinearTiling, String> entry) {
        Map<LinearTiling, KernelFunction> functions = new EnumMap<>(LinearTiling.class);
        for (LinearTiling tiling : LinearTiling.values()) {
            functions.put(tiling, device.overlapping(MODULE, entry.apply(tiling)));
        }
        return functions;
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
        launch(choose(m, n, k), stream, in, weight, bias, residual, residualRows, out, m, n, k, activation);
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
        launch(
                plain,
                tiling,
                stream,
                m,
                n,
                Linear.work(Element.BF16, m, n, k, rows),
                rows(in, m, k, tiling),
                columns(weight, n, k, tiling),
                outMap,
                rows == 0 ? outMap : slabs("residual", residual, rows, n, tiling),
                bias,
                m,
                n,
                k,
                rows,
                activation);
    }

    LinearTiling choose(int m, int n, int k) {
        return LinearTiling.choose(m, n, k, device.multiprocessors());
    }

    /**
     * {@code out = in weight^T + bias + residual}, and the sums of its rows.
     *
     * @param partial [n / 32][m]{sum, sum of squares} fp32
     */
    void launchMeasured(
            LinearTiling tiling,
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            DeviceBuffer partial,
            int m) {
        int n = weights.outputs();
        int k = weights.inputs();
        int rows = Math.min(residualRows, m);
        launch(
                measured,
                tiling,
                stream,
                m,
                n,
                Linear.work(Element.BF16, m, n, k, rows),
                rows(in, m, k, tiling),
                columns(weights.weight(), n, k, tiling),
                slabs("out", out, m, n, tiling),
                slabs("residual", residual, rows, n, tiling),
                weights.bias(),
                m,
                n,
                k,
                rows,
                partial);
    }

    /**
     * {@code out = act(norm(in) weight^T + bias)}.
     *
     * @param weights with the norm folded in by {@link FoldedNorm#fold}, which also made {@code folded}
     * @param statistics [m]{mean, deviation} fp32
     */
    void launchNormed(
            LinearTiling tiling,
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer folded,
            DeviceBuffer statistics,
            DeviceBuffer out,
            int m,
            int activation) {
        int n = weights.outputs();
        int k = weights.inputs();
        launch(
                normed,
                tiling,
                stream,
                m,
                n,
                Linear.work(Element.BF16, m, n, k, 0),
                rows(in, m, k, tiling),
                columns(weights.weight(), n, k, tiling),
                slabs("out", out, m, n, tiling),
                folded,
                statistics,
                m,
                n,
                k,
                activation);
    }

    private void launch(
            Map<LinearTiling, KernelFunction> functions,
            LinearTiling tiling,
            Stream stream,
            int m,
            int n,
            Work work,
            Object... args) {
        Grid grid = Grid.of(tiling.blocks(m, n, device.multiprocessors()));
        Objects.requireNonNull(functions.get(tiling))
                .launch(stream, work, grid, Block.of(THREADS), tiling.sharedBytes(), args);
    }

    private TensorMap rows(DeviceBuffer in, int m, int k, LinearTiling tiling) {
        return device.tensorMap("in", in, m, k, tiling.tileRows(), SLICE);
    }

    private TensorMap columns(DeviceBuffer weight, int n, int k, LinearTiling tiling) {
        return device.tensorMap("weight", weight, n, k, tiling.weightRows(), SLICE);
    }

    private TensorMap slabs(String name, DeviceBuffer matrix, int rows, int n, LinearTiling tiling) {
        return device.tensorMap(name, matrix, rows, n, LinearTiling.slabRows(), tiling.slabColumns());
    }
}
