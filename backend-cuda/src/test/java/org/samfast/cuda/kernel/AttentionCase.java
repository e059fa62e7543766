package org.samfast.cuda.kernel;

import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.AttentionReference;

/** Random attention inputs and their reference: what the tests of window and global attention share. */
record AttentionCase(Element element, int side, int heads, int headDim, int images, AttentionReference reference) {
    static final int TOKENS = 4096;

    /**
     * bf16 rounds each softmax weight and each output once, by 2^-9 at most: 2^-8 together; the global kernel also holds
     * rel_w in fp16, at most 8 or so here and so off by 2^-10 at most. fp32 adds up to 4096 products in any order.
     */
    static double tolerance(Element element) {
        return element == Element.BF16 ? 5e-3 : 1e-5;
    }

    static AttentionCase of(Element element, int side, int heads, int headDim, int images) {
        int table = (2 * side - 1) * headDim;
        float[] qkv = GpuArrays.random(1, images * TOKENS * 3 * heads * headDim, 1);
        float[] bias = GpuArrays.random(2, 3 * heads * headDim, 1);
        AttentionReference reference = new AttentionReference(
                GpuArrays.rounded(element, qkv),
                GpuArrays.rounded(element, bias),
                GpuArrays.rounded(element, GpuArrays.random(3, table, 0.3f)),
                GpuArrays.rounded(element, GpuArrays.random(4, table, 0.3f)),
                side,
                heads,
                headDim);
        return new AttentionCase(element, side, heads, headDim, images, reference);
    }

    DeviceBuffer qkv(GpuArrays gpu) {
        return gpu.of(element, reference.qkv());
    }

    DeviceBuffer relH(GpuArrays gpu) {
        return gpu.of(element, reference.relH());
    }

    DeviceBuffer relW(GpuArrays gpu) {
        return gpu.of(element, reference.relW());
    }

    GpuArrays.Array out(GpuArrays gpu) {
        return gpu.output("out", element, (long) images * TOKENS * heads * headDim);
    }

    /** Relative error over every step-th token of all images and heads, first and last included. */
    double error(float[] out, int step) {
        double difference = 0;
        double norm = 0;
        int rows = images * TOKENS;
        for (int i = 0; i < rows + step - 1; i += step) {
            int row = Math.min(i, rows - 1);
            int token = row % TOKENS;
            for (int head = 0; head < heads; head++) {
                double[] expected = reference.attend(row / TOKENS, head, token / 64, token % 64);
                for (int c = 0; c < headDim; c++) {
                    double wrong = out[(row * heads + head) * headDim + c] - expected[c];
                    difference += wrong * wrong;
                    norm += expected[c] * expected[c];
                }
            }
        }
        return Math.sqrt(difference / norm);
    }
}
