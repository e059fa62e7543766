package org.samfast.cuda.kernel;

import org.jspecify.annotations.Nullable;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;

/**
 * {@link Linear} with packed weights. Kernels: encoder/linear_int8.cu, linear_sparse24.cu and linear_int8_sparse24.cu on Hopper,
 * those of the same names in portable on every other GPU.
 */
public final class PackedLinear {
    /** Outputs and rows of a portable block. */
    private static final int TILE = 128;

    private static final int THREADS = 128;
    private static final int STAGES = 3;

    private final Device device;
    private final @Nullable HopperPackedLinear hopper;

    public PackedLinear(Device device) {
        this(device, HopperPackedLinear.of(device));
    }

    /** @param hopper null for the portable kernels */
    PackedLinear(Device device, @Nullable HopperPackedLinear hopper) {
        this.device = device;
        this.hopper = hopper;
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

        int elementBytes() {
            return isInt8() ? 1 : Element.BF16.bytes();
        }
    }

    /**
     * One product.
     *
     * @param residual {@link DeviceBuffer#NONE} where nothing is added
     */
    record Call(
            DeviceBuffer in,
            DeviceBuffer tokenScales,
            PackedWeights weights,
            Linear.Activation activation,
            DeviceBuffer residual,
            Out out,
            int rows) {
        /** Rows that something is added to. */
        int residualRows() {
            return residual == DeviceBuffer.NONE ? 0 : rows;
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
        run(null, stream, new Call(in, tokenScales, weights, activation, DeviceBuffer.NONE, out, rows));
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
        run(null, stream, new Call(in, tokenScales, weights, none, residual, Out.bf16(out), rows));
    }

    /** @param tiling of Hopper's kernels; null for the one that suits */
    void run(@Nullable PackedTiling tiling, Stream stream, Call call) {
        check(call);
        if (hopper == null) {
            launch(stream, call);
        } else {
            hopper.launch(tiling == null ? hopper.choose(call.weights, call.rows) : tiling, stream, work(call), call);
        }
    }

    private void launch(Stream stream, Call call) {
        PackedWeights weights = call.weights;
        PackedForm form = weights.form();
        int n = weights.outputs();
        device.function(form.portableModule(), form.portableEntry(call.out.isInt8()))
                .launch(
                        stream,
                        work(call),
                        Grid.of(Math.ceilDiv(n, TILE), Math.ceilDiv(call.rows, TILE)),
                        Block.of(THREADS),
                        STAGES * stageBytes(form),
                        weights.values(),
                        call.in,
                        weights.metadata(),
                        weights.bias(),
                        weights.scales(),
                        call.tokenScales,
                        call.out.factors(),
                        call.residual,
                        call.out.values(),
                        call.rows,
                        n,
                        form.weightRowBytes(weights.inputs()),
                        weights.inputs() * form.elementBytes(),
                        call.activation.code);
    }

    private static int stageBytes(PackedForm form) {
        return TILE * (form.weightSliceBytes() + PackedForm.SLICE_BYTES) + TILE / 64 * form.metadataSliceBytes();
    }

    private static Work work(Call call) {
        PackedWeights weights = call.weights;
        PackedForm form = weights.form();
        long m = call.rows;
        long n = weights.outputs();
        long k = weights.inputs();
        double bytes = (double) m * k * form.elementBytes()
                + weights.values().bytes()
                + m * n * call.out.elementBytes()
                + call.residualRows() * n * Element.BF16.bytes();
        Work.Unit unit = form.isInt8() ? Work.Unit.INT8 : Work.Unit.BF16;
        return form.isSparse() ? Work.sparseProduct(unit, m, n, k, bytes) : Work.product(unit, m, n, k, bytes);
    }

    private static void check(Call call) {
        PackedWeights weights = call.weights;
        PackedForm form = weights.form();
        int m = call.rows;
        int n = weights.outputs();
        Check.u8("in", call.in, m, (long) weights.inputs() * form.elementBytes());
        Check.u8("weight", weights.values(), n, form.weightRowBytes(weights.inputs()));
        if (weights.scalesTokens()) {
            Check.bytes("token scales", call.tokenScales, Element.FP32, m);
        }
        if (call.out.isInt8() != weights.inPairs()) {
            throw new IllegalArgumentException(
                    "packed linear: int8 results need weights in pairs, bf16 ones need them not");
        }
        if (call.residual != DeviceBuffer.NONE) {
            Check.bytes("residual", call.residual, Element.BF16, m, n);
        }
        Check.u8("out", call.out.values(), m, (long) n * call.out.elementBytes());
    }
}
