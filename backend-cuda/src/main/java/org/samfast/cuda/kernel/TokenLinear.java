package org.samfast.cuda.kernel;

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
 * {@code out = act((in + addend) weight^T + bias) + residual} to the precision of fp32, for the decoder's tokens. A row's bits do not depend
 * on the other rows. Kernel: decoder/token_linear.cu.
 */
public final class TokenLinear {
    private static final int CHUNK = 32;
    private static final int ALIGNED_FLOATS = 4;

    /** The two tilings of the same sum. */
    enum Tiling {
        /** Many small blocks: the sum is cut among warps. */
        FEW(16, 32, 256),
        /** Large tiles: more products per value read. */
        MANY(32, 64, 128);

        private static final int FEW_ROWS = 256;

        private final int rows;
        private final int features;
        private final int threads;

        Tiling(int rows, int features, int threads) {
            this.rows = rows;
            this.features = features;
            this.threads = threads;
        }

        static Tiling choose(int rows) {
            return rows <= FEW_ROWS ? FEW : MANY;
        }

        Grid grid(int allRows, int n) {
            return Grid.of(Math.ceilDiv(n, features), Math.ceilDiv(allRows, rows));
        }
    }

    private final KernelFunction few;
    private final KernelFunction many;

    public TokenLinear(Device device) {
        few = device.function("decoder/token_linear", "token_linear_few");
        many = device.function("decoder/token_linear", "token_linear_many");
    }

    /**
     * @param in [rows][k] fp32, row r at {@code r * inStride}
     * @param addend like in, or {@link DeviceBuffer#NONE}
     * @param weight [n][k] fp32
     * @param bias [n] fp32
     * @param residual like out, or {@link DeviceBuffer#NONE}
     * @param out [rows][n] fp32, row r at {@code r * outStride}; may be the residual, not the input
     * @param k multiple of 32
     * @param inStride multiple of 4
     */
    public void launch(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer addend,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer residual,
            DeviceBuffer out,
            int rows,
            int n,
            int k,
            int inStride,
            int outStride,
            boolean relu) {
        if (k % CHUNK != 0 || inStride % ALIGNED_FLOATS != 0) {
            throw new IllegalArgumentException("token linear: expected k a multiple of " + CHUNK
                    + " and rows a multiple of " + ALIGNED_FLOATS + " floats apart, got " + k + " and " + inStride);
        }
        checkRows("in", in, rows, inStride, k);
        checkOptionalRows("addend", addend, rows, inStride, k);
        Check.bytes("weight", weight, Element.FP32, n, k);
        Check.bytes("bias", bias, Element.FP32, n);
        checkOptionalRows("residual", residual, rows, outStride, n);
        checkRows("out", out, rows, outStride, n);
        Tiling tiling = Tiling.choose(rows);
        KernelFunction function = tiling == Tiling.FEW ? few : many;
        Object[] args = {in, addend, weight, bias, residual, out, rows, n, k, inStride, outStride, relu ? 1 : 0};
        Work work = Linear.work(Element.FP32, rows, n, k, residual == DeviceBuffer.NONE ? 0 : rows);
        function.launch(stream, work, tiling.grid(rows, n), Block.of(tiling.threads), 0, args);
    }

    private static void checkRows(String name, DeviceBuffer buffer, int rows, int stride, int width) {
        Check.bytes(name, buffer, Element.FP32, (rows - 1L) * stride + width);
    }

    private static void checkOptionalRows(String name, DeviceBuffer buffer, int rows, int stride, int width) {
        if (buffer != DeviceBuffer.NONE) {
            checkRows(name, buffer, rows, stride, width);
        }
    }
}
