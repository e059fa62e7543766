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
 * {@code out = act(in weight^T + bias) + residual}: {@code torch.nn.Linear} with what follows it. Kernels:
 * encoder/linear.cu on Hopper, portable/linear.cu on every other GPU, fp32/linear.cu. Which one depends on nothing but GPU and
 * element, unless a residual is repeated by other than multiples of 64 rows.
 */
public final class Linear {
    /** What is applied to the product. */
    public enum Activation {
        NONE(0),
        /** The exact one, by erf. */
        GELU(1),
        RELU(2);

        /** As the kernels know it. */
        final int code;

        Activation(int code) {
            this.code = code;
        }
    }

    /** Rows and columns of the output per block. */
    private static final int TILE = 128;

    private static final int FP32_THREADS = 256;
    private static final int BF16_THREADS = 128;
    /** Three slices of 64 along k of both operands. */
    private static final int BF16_SHARED_BYTES = 3 * 2 * TILE * 64 * 2;

    private final Element element;
    private final KernelFunction function;
    private final @Nullable HopperLinear hopper;

    public Linear(Device device, Element element) {
        this(device, element, element == Element.BF16 ? HopperLinear.of(device) : null);
    }

    Linear(Device device, Element element, @Nullable HopperLinear hopper) {
        this.element = element;
        this.hopper = hopper;
        String module = element == Element.FP32 ? "fp32/linear" : "portable/linear";
        function = device.function(module, "linear_" + element.suffix());
    }

    /** {@code out = act(weights(in))}. */
    public void apply(
            Stream stream, DeviceBuffer in, LinearWeights weights, Activation activation, DeviceBuffer out, int rows) {
        launch(
                stream,
                in,
                weights.weight(),
                weights.bias(),
                DeviceBuffer.NONE,
                rows,
                out,
                rows,
                weights.outputs(),
                weights.inputs(),
                activation);
    }

    /** {@code out = weights(in) + residual}, the residual repeated every {@code residualRows} rows. */
    public void applyPlus(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            int rows) {
        launch(
                stream,
                in,
                weights.weight(),
                weights.bias(),
                residual,
                residualRows,
                out,
                rows,
                weights.outputs(),
                weights.inputs(),
                Activation.NONE);
    }

    /**
     * Row i of the output gets row {@code i % residualRows} of the residual. The residual may be the output itself.
     *
     * @param in [m][k], of the element
     * @param weight [n][k], of the element
     * @param bias [n] fp32, or {@link DeviceBuffer#NONE}
     * @param residual [residualRows][n], of the element, or {@link DeviceBuffer#NONE}
     * @param out [m][n], of the element
     * @param n multiple of 8
     * @param k multiple of 8
     */
    public void launch(
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
            Activation activation) {
        check(in, weight, bias, residual, residualRows, out, m, n, k);
        if (hopper != null && HopperLinear.takes(residual, residualRows, m)) {
            hopper.launch(stream, in, weight, bias, residual, residualRows, out, m, n, k, activation.code);
            return;
        }
        Object[] args = {in, weight, bias, residual, out, m, n, k, residualRows, activation.code};
        Grid grid = Grid.of(Math.ceilDiv(n, TILE), Math.ceilDiv(m, TILE));
        Work work = work(element, m, n, k, residual == DeviceBuffer.NONE ? 0 : Math.min(residualRows, m));
        if (element == Element.FP32) {
            function.launch(stream, work, grid, Block.of(FP32_THREADS), 0, args);
        } else {
            function.launch(stream, work, grid, Block.of(BF16_THREADS), BF16_SHARED_BYTES, args);
        }
    }

    /** Of {@code out[m][n] = in[m][k] weight[n][k]^T + residual}, where that has rows. */
    static Work work(Element element, long m, long n, long k, long residualRows) {
        double bytes = (double) element.bytes() * (m * k + n * k + m * n + residualRows * n);
        return Work.product(Work.Unit.of(element), m, n, k, bytes);
    }

    private void check(
            DeviceBuffer in,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer residual,
            int residualRows,
            DeviceBuffer out,
            int m,
            int n,
            int k) {
        if (n % 8 != 0 || k % 8 != 0) {
            throw new IllegalArgumentException("linear: expected n and k to be multiples of 8, got " + n + " and " + k);
        }
        Check.bytes("in", in, element, m, k);
        Check.bytes("weight", weight, element, n, k);
        if (bias != DeviceBuffer.NONE) {
            Check.bytes("bias", bias, Element.FP32, n);
        }
        if (residual != DeviceBuffer.NONE) {
            Check.bytes("residual", residual, element, residualRows, n);
        }
        Check.bytes("out", out, element, m, n);
    }
}
