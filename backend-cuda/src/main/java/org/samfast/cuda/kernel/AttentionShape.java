package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Work;

/**
 * What window and global attention have in common: heads, and the buffers that follow from them.
 *
 * @param side of the square of tokens that attend to each other, 14 or 64
 */
record AttentionShape(Element element, int side, int heads, int headDim) {
    /** fp32 takes 32 queries a block. */
    static final int PLAIN_QUERIES = 32;

    static final int PLAIN_THREADS = 256;
    private static final int GRID = 64;
    private static final int TOKENS = GRID * GRID;

    AttentionShape {
        if (element == Element.BF16 && headDim != 64 && headDim != 80) {
            throw new IllegalArgumentException(
                    "attention in bf16: expected a head dimension of 64 or 80, got " + headDim);
        }
        if (headDim < 8 || headDim > 128 || headDim % 8 != 0) {
            throw new IllegalArgumentException(
                    "attention: expected a head dimension that is a multiple of 8 up to 128, got " + headDim);
        }
    }

    /** Module of "window_attention" or "global_attention". */
    String module(String kernel) {
        return element == Element.BF16 ? "portable/" + kernel : "fp32/attention";
    }

    String entry(String kernel) {
        return element == Element.BF16 ? kernel + "_hd" + headDim + "_bf16" : kernel + "_fp32";
    }

    /** Blocks over the queries of one square in fp32. */
    int plainTiles() {
        return Math.ceilDiv(side * side, PLAIN_QUERIES);
    }

    /** Shared memory in fp32: queries, keys and values with one float more a row, and both relative positions. */
    int plainSharedBytes() {
        return Float.BYTES * (3 * PLAIN_QUERIES * (headDim + 1) + PLAIN_QUERIES * 2 * side);
    }

    /** Of all squares of so many images; what is read and written is that of the images' own tokens. */
    Work work(int images, int outBytes) {
        int squares = Math.ceilDiv(GRID, side) * Math.ceilDiv(GRID, side);
        double bytes = (double) images * TOKENS * heads * headDim * (3 * element.bytes() + outBytes);
        return Work.attention(
                Work.Unit.of(element), (long) images * squares, heads, (long) side * side, headDim, bytes);
    }

    void check(DeviceBuffer qkv, DeviceBuffer relH, DeviceBuffer relW, DeviceBuffer out, int images) {
        check(qkv, relH, relW, images);
        Check.bytes("out", out, element, images, TOKENS, heads, headDim);
    }

    void checkToInt8(
            DeviceBuffer qkv,
            DeviceBuffer relH,
            DeviceBuffer relW,
            DeviceBuffer factors,
            DeviceBuffer out,
            int images) {
        check(qkv, relH, relW, images);
        Check.bytes("factors", factors, Element.FP32, heads, headDim);
        Check.u8("out", out, images, TOKENS, heads, headDim);
    }

    private void check(DeviceBuffer qkv, DeviceBuffer relH, DeviceBuffer relW, int images) {
        Check.bytes("qkv", qkv, element, images, TOKENS, 3, heads, headDim);
        Check.bytes("rel_h", relH, element, 2L * side - 1, headDim);
        Check.bytes("rel_w", relW, element, 2L * side - 1, headDim);
    }
}
