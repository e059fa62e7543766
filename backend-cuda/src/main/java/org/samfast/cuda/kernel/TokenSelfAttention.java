package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;

/** A pair's tokens attend to each other: 8 heads of 32 channels. Kernel: decoder/token_attention.cu. */
public final class TokenSelfAttention {
    private static final int CHANNELS = 256;
    private static final int HEADS = 8;
    private static final int QUERIES = 4;
    private static final int THREADS = 128;

    private final KernelFunction function;

    public TokenSelfAttention(Device device) {
        function = device.function("decoder/token_attention", "token_self_attention");
    }

    /**
     * @param q [pairs][tokens][256] fp32
     * @param k like q
     * @param v like k
     * @param counts [pairs] int, the real tokens of each pair, 1 or more
     * @param out like q; rows of tokens that are not real are 0
     */
    public void launch(
            Stream stream,
            DeviceBuffer q,
            DeviceBuffer k,
            DeviceBuffer v,
            DeviceBuffer counts,
            DeviceBuffer out,
            int pairs,
            int tokens) {
        Check.bytes("q", q, Element.FP32, pairs, tokens, CHANNELS);
        Check.bytes("k", k, Element.FP32, pairs, tokens, CHANNELS);
        Check.bytes("v", v, Element.FP32, pairs, tokens, CHANNELS);
        Check.ints("counts", counts, pairs);
        Check.bytes("out", out, Element.FP32, pairs, tokens, CHANNELS);
        function.launch(
                stream,
                Grid.of(HEADS, Math.ceilDiv(tokens, QUERIES), pairs),
                Block.of(THREADS),
                0,
                q,
                k,
                v,
                counts,
                out,
                tokens);
    }
}
