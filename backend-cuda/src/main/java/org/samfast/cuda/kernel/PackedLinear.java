package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.CudaDetection;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.TensorMap;
import org.samfast.cuda.device.Work;

/**
 * {@link Linear} with packed weights, on compute capability 9.0. Kernels: encoder/linear_int8.cu, linear_sparse24.cu,
 * linear_int8_sparse24.cu.
 */
public final class PackedLinear {
    private static final int THREADS = 384;
    private static final int UNIT_BYTES = Element.BF16.bytes();

    private final Device device;

    public PackedLinear(Device device) {
        this.device = device;
    }

    /** Whether this build has the kernels for this GPU. */
    public static boolean runsOn(Device device) {
        return device.has(PackedForm.INT8.module());
    }

    /** The same of the GPU that would be opened. */
    public static boolean runsOn(CudaDetection gpu) {
        return gpu.has(PackedForm.INT8.module());
    }

    /** Where a Linear writes. What the factors are not {@link DeviceBuffer#NONE} for is int8: a value times its feature's factor, rounded. */
    public record Out(DeviceBuffer values, DeviceBuffer factors) {
        /** In bf16. */
        public static Out bf16(DeviceBuffer values) {
            return new Out(values, DeviceBuffer.NONE);
        }

        boolean isInt8() {
            return factors != DeviceBuffer.NONE;
        }
    }

    /**
     * {@code out = act(weights(in))}.
     *
     * @param in [rows][inputs], int8 or bf16 as the weights are
     * @param tokenScales [rows] fp32 where {@link PackedWeights#scalesTokens}, otherwise {@link DeviceBuffer#NONE}
     * @param activation none or GELU
     * @param out [rows][outputs]; int8 only of int8 weights in pairs
     */
    public void apply(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer tokenScales,
            PackedWeights weights,
            Linear.Activation activation,
            Out out,
            int rows) {
        run(choose(weights, rows), stream, in, tokenScales, weights, activation, DeviceBuffer.NONE, out, rows);
    }

    /** {@code out = weights(in) + residual}, both [rows][outputs] bf16; the residual may be the output itself. */
    public void applyPlus(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer tokenScales,
            PackedWeights weights,
            DeviceBuffer residual,
            DeviceBuffer out,
            int rows) {
        Linear.Activation none = Linear.Activation.NONE;
        run(choose(weights, rows), stream, in, tokenScales, weights, none, residual, Out.bf16(out), rows);
    }

    private PackedTiling choose(PackedWeights weights, int rows) {
        return PackedTiling.choose(weights.form(), rows, weights.outputs(), weights.inputs(), device.multiprocessors());
    }

    void run(
            PackedTiling tiling,
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer tokenScales,
            PackedWeights weights,
            Linear.Activation activation,
            DeviceBuffer residual,
            Out out,
            int m) {
        check(in, tokenScales, weights, residual, out, m);
        PackedForm form = weights.form();
        int n = weights.outputs();
        TensorMap outMap = slabs("out", out.values(), m, n, tiling, out.isInt8());
        Object[] args = {
            units(
                    "weight",
                    weights.values(),
                    n,
                    form.weightRowBytes(weights.inputs()),
                    tiling.tileRows(),
                    form.weightSliceBytes()),
            units("in", in, m, weights.inputs() * form.elementBytes(), tiling.tokenRows(), PackedForm.SLICE_BYTES),
            outMap,
            residual == DeviceBuffer.NONE ? outMap : slabs("residual", residual, m, n, tiling, false),
            weights.metadata(),
            weights.bias(),
            weights.scales(),
            tokenScales,
            out.factors(),
            m,
            n,
            weights.inputs(),
            residual == DeviceBuffer.NONE ? 0 : m,
            activation.code
        };
        device.overlapping(form.module(), form.entry(tiling, out.isInt8()))
                .launch(
                        stream,
                        work(weights, out, m, residual == DeviceBuffer.NONE ? 0 : m),
                        Grid.of(tiling.blocks(m, n, device.multiprocessors())),
                        Block.of(THREADS),
                        tiling.sharedBytes(form, out.isInt8()),
                        args);
    }

    private static Work work(PackedWeights weights, Out out, long m, long residualRows) {
        PackedForm form = weights.form();
        long n = weights.outputs();
        long k = weights.inputs();
        double bytes = (double) m * k * form.elementBytes()
                + weights.values().bytes()
                + m * n * (out.isInt8() ? 1 : UNIT_BYTES)
                + residualRows * n * UNIT_BYTES;
        Work.Unit unit = form.isInt8() ? Work.Unit.INT8 : Work.Unit.BF16;
        return form.isSparse() ? Work.sparseProduct(unit, m, n, k, bytes) : Work.product(unit, m, n, k, bytes);
    }

    private static void check(
            DeviceBuffer in, DeviceBuffer tokenScales, PackedWeights weights, DeviceBuffer residual, Out out, int m) {
        PackedForm form = weights.form();
        int n = weights.outputs();
        Check.u8("in", in, m, (long) weights.inputs() * form.elementBytes());
        Check.u8("weight", weights.values(), n, form.weightRowBytes(weights.inputs()));
        if (weights.scalesTokens()) {
            Check.bytes("token scales", tokenScales, Element.FP32, m);
        }
        if (out.isInt8() != weights.inPairs()) {
            throw new IllegalArgumentException(
                    "packed linear: int8 results need weights in pairs, bf16 ones need them not");
        }
        if (residual != DeviceBuffer.NONE) {
            Check.bytes("residual", residual, Element.BF16, m, n);
        }
        Check.u8("out", out.values(), m, (long) n * (out.isInt8() ? 1 : UNIT_BYTES));
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
