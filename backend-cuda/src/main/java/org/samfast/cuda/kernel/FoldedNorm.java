package org.samfast.cuda.kernel;

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
 * A LayerNorm that is never made: the Linear before it leaves the sums of its rows, and the one after it has the norm in its
 * weight and bias. Kernels: encoder/folded_norm.cu, encoder/linear.cu. On Hopper, in bf16.
 */
public final class FoldedNorm {
    /** Columns whose sums stand together. */
    private static final int GROUP = 32;

    private static final String MODULE = "encoder/folded_norm";
    private static final int THREADS = 256;
    private static final int STATISTICS_ROWS = 32;
    private static final int FOLDED_ROWS = 8;

    private final HopperLinear linear;
    private final KernelFunction statistics;
    private final KernelFunction fold;

    FoldedNorm(Device device, HopperLinear linear) {
        this.linear = linear;
        statistics = device.overlapping(MODULE, "norm_statistics");
        fold = device.function(MODULE, "fold_norm");
    }

    /** Null where the GPU is another one, for fp32, for channels not in groups of 32, and where the portable kernels are asked for. */
    public static @Nullable FoldedNorm of(Device device, Element element, int channels) {
        boolean can = element == Element.BF16 && channels % GROUP == 0;
        HopperLinear linear = can ? HopperLinear.of(device) : null;
        return linear == null ? null : new FoldedNorm(device, linear);
    }

    /** Of the buffer for the sums of so many rows. */
    public static long partialBytes(long rows, int channels) {
        return rows * (channels / GROUP) * 2 * Float.BYTES;
    }

    /** Of the buffer for mean and deviation of so many rows. */
    public static long statisticsBytes(long rows) {
        return rows * 2 * Float.BYTES;
    }

    /** Of the buffer that takes what is folded into so many biases. */
    public static long foldedBytes(int outputs) {
        return outputs * 2L * Float.BYTES;
    }

    /**
     * Multiplies the weight by the norm's scale, in its place.
     *
     * @param folded [outputs / 2]{bias of two outputs, sums of their weights} fp32
     */
    public void fold(Stream stream, NormWeights norm, LinearWeights weights, DeviceBuffer folded) {
        int n = weights.outputs();
        int k = weights.inputs();
        Check.bytes("weight", weights.weight(), Element.BF16, n, k);
        Check.bytes("bias", weights.bias(), Element.FP32, n);
        Check.bytes("folded", folded, Element.FP32, n, 2);
        fold.launch(
                stream,
                Grid.of(Math.ceilDiv(n, FOLDED_ROWS)),
                Block.of(THREADS),
                0,
                norm.gamma(),
                norm.beta(),
                weights.bias(),
                weights.weight(),
                folded,
                n,
                k);
    }

    /**
     * {@code out = weights(in) + residual}, as {@link Linear#applyPlus}, and the sums of its rows.
     *
     * @param partial [outputs / 32][rows]{sum, sum of squares} fp32
     */
    public void applyPlus(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            DeviceBuffer partial,
            int rows) {
        int n = weights.outputs();
        check(in, weights, out, rows);
        if (n % GROUP != 0 || !HopperLinear.takes(residual, residualRows, rows)) {
            throw new IllegalArgumentException(
                    "folded norm: expected outputs in groups of 32 and a residual repeated by"
                            + " multiples of 64 rows, got " + n + " and " + residualRows);
        }
        Check.bytes("residual", residual, Element.BF16, residualRows, n);
        Check.bytes("partial", partial, Element.FP32, n / GROUP, rows, 2);
        LinearTiling tiling = linear.choose(rows, n, weights.inputs());
        linear.launchMeasured(tiling, stream, in, weights, residual, residualRows, out, partial, rows);
    }

    /**
     * Mean and deviation of every row.
     *
     * @param partial as {@link #applyPlus} leaves it
     * @param out [rows]{mean, sqrt(variance + eps)} fp32
     */
    public void statistics(Stream stream, DeviceBuffer partial, DeviceBuffer out, int rows, int channels, float eps) {
        Check.bytes("partial", partial, Element.FP32, channels / GROUP, rows, 2);
        Check.bytes("statistics", out, Element.FP32, rows, 2);
        Grid grid = Grid.of(Math.ceilDiv(rows, STATISTICS_ROWS));
        Work work = Work.moving((double) partialBytes(rows, channels) + statisticsBytes(rows));
        statistics.launch(stream, work, grid, Block.of(THREADS), 0, partial, out, rows, channels, eps);
    }

    /** {@code out = act(weights(norm(in)))}; the weights are folded, the activation none or GELU. */
    public void apply(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer folded,
            DeviceBuffer statistics,
            Linear.Activation activation,
            DeviceBuffer out,
            int rows) {
        check(in, weights, out, rows);
        if (activation == Linear.Activation.RELU) {
            throw new IllegalArgumentException("folded norm: expected no activation or GELU, got " + activation);
        }
        Check.bytes("folded", folded, Element.FP32, weights.outputs(), 2);
        Check.bytes("statistics", statistics, Element.FP32, rows, 2);
        LinearTiling tiling = linear.choose(rows, weights.outputs(), weights.inputs());
        linear.launchNormed(tiling, stream, in, weights, folded, statistics, out, rows, activation.code);
    }

    private static void check(DeviceBuffer in, LinearWeights weights, DeviceBuffer out, int rows) {
        Check.bytes("in", in, Element.BF16, rows, weights.inputs());
        Check.bytes("weight", weights.weight(), Element.BF16, weights.outputs(), weights.inputs());
        Check.bytes("out", out, Element.BF16, rows, weights.outputs());
    }
}
