package org.samfast.cuda.kernel;

import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.TensorMap;
import org.samfast.cuda.device.Work;

/** {@link PackedLinear} on compute capability 9.0. Kernels: encoder/linear_int8.cu, linear_sparse24.cu, linear_int8_sparse24.cu. */
final class HopperPackedLinear {
    private static final int THREADS = 384;
    private static final int UNIT_BYTES = 2;

    private final Device device;

    private HopperPackedLinear(Device device) {
        this.device = device;
    }

    /** Null where the GPU is another one, or the portable kernels are asked for. */
    static @Nullable HopperPackedLinear of(Device device) {
        return device.has(PackedForm.INT8.hopperModule()) ? new HopperPackedLinear(device) : null;
    }

    PackedTiling choose(PackedWeights weights, int rows) {
        return PackedTiling.choose(weights.form(), rows, weights.outputs(), weights.inputs(), device.multiprocessors());
    }

    void launch(PackedTiling tiling, Stream stream, Work work, PackedLinear.Call call) {
        PackedWeights weights = call.weights();
        PackedForm form = weights.form();
        int m = call.rows();
        int n = weights.outputs();
        boolean int8 = call.out().isInt8();
        int inBytes = weights.inputs() * form.elementBytes();
        int weightBytes = form.weightRowBytes(weights.inputs());
        TensorMap out = slabs("out", call.out().values(), m, n, tiling, int8);
        Object[] args = {
            units("weight", weights.values(), n, weightBytes, tiling.tileRows(), form.weightSliceBytes()),
            units("in", call.in(), m, inBytes, tiling.tokenRows(), PackedForm.SLICE_BYTES),
            out,
            call.residualRows() == 0 ? out : slabs("residual", call.residual(), m, n, tiling, false),
            weights.metadata(),
            weights.bias(),
            weights.scales(),
            call.tokenScales(),
            call.out().factors(),
            m,
            n,
            weights.inputs(),
            call.residualRows(),
            call.activation().code
        };
        device.overlapping(form.hopperModule(), form.hopperEntry(tiling, int8))
                .launch(
                        stream,
                        work,
                        Grid.of(tiling.blocks(m, n, device.multiprocessors())),
                        Block.of(THREADS),
                        tiling.sharedBytes(form, int8),
                        args);
    }

    private TensorMap slabs(String name, DeviceBuffer matrix, int rows, int n, PackedTiling tiling, boolean int8) {
        int bytes = int8 ? 1 : UNIT_BYTES;
        return units(name, matrix, rows, n * bytes, tiling.slabTokens(), PackedTiling.slabFeatures() * bytes);
    }

    /** The copy engine moves 16 bits at a time, whatever they are. */
    private TensorMap units(String name, DeviceBuffer matrix, int rows, int rowBytes, int boxRows, int boxBytes) {
        return device.tensorMap(name, matrix, rows, rowBytes / UNIT_BYTES, boxRows, boxBytes / UNIT_BYTES);
    }
}
