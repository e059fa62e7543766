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
        run(null, stream, in, tokenScales, weights, activation, DeviceBuffer.NONE, out, rows);
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
        run(null, stream, in, tokenScales, weights, none, residual, Out.bf16(out), rows);
    }

    /** @param tiling of Hopper's kernels; null for the one that suits */
    void run(
            @Nullable PackedTiling tiling,
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer tokenScales,
            PackedWeights weights,
            Linear.Activation activation,
            DeviceBuffer residual,
            Out out,
            int m) {
        check(in, tokenScales, weights, residual, out, m);
        Work work = work(weights, out, m, residual == DeviceBuffer.NONE ? 0 : m);
        if (hopper == null) {
            launch(stream, work, in, tokenScales, weights, activation, residual, out, m);
        } else {
            PackedTiling chosen = tiling == null ? hopper.choose(weights, m) : tiling;
            hopper.launch(chosen, stream, work, in, tokenScales, weights, activation, residual, out, m);
        }
    }

    private void launch(
            Stream stream,
            Work work,
            DeviceBuffer in,
            DeviceBuffer tokenScales,
            PackedWeights weights,
            Linear.Activation activation,
            DeviceBuffer residual,
            Out out,
            int m) {
        PackedForm form = weights.form();
        int n = weights.outputs();
        device.function(form.portableModule(), form.portableEntry(out.isInt8()))
                .launch(
                        stream,
                        work,
                        Grid.of(Math.ceilDiv(n, TILE), Math.ceilDiv(m, TILE)),
                        Block.of(THREADS),
                        STAGES * stageBytes(form),
                        weights.values(),
                        in,
                        weights.metadata(),
                        weights.bias(),
                        weights.scales(),
                        tokenScales,
                        out.factors(),
                        residual,
                        out.values(),
                        m,
                        n,
                        form.weightRowBytes(weights.inputs()),
                        weights.inputs() * form.elementBytes(),
                        activation.code);
    }

    private static int stageBytes(PackedForm form) {
        return TILE * (form.weightSliceBytes() + PackedForm.SLICE_BYTES) + TILE / 64 * form.metadataSliceBytes();
    }

    private static Work work(PackedWeights weights, Out out, long m, long residualRows) {
        PackedForm form = weights.form();
        long n = weights.outputs();
        long k = weights.inputs();
        double bytes = (double) m * k * form.elementBytes()
                + weights.values().bytes()
                + m * n * (out.isInt8() ? 1 : Element.BF16.bytes())
                + residualRows * n * Element.BF16.bytes();
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
        Check.u8("out", out.values(), m, (long) n * (out.isInt8() ? 1 : Element.BF16.bytes()));
    }
}
