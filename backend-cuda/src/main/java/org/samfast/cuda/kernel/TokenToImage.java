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

/** A pair's tokens attend to its image: 8 heads of 16 channels. Kernel: decoder/token_attention.cu. */
public final class TokenToImage {
    private static final int CHANNELS = 128;
    private static final int IMAGE_TOKENS = 4096;
    private static final int HEADS = 8;
    private static final int QUERIES = 4;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public TokenToImage(Device device, Element element) {
        function = device.function("decoder/token_attention", "token_to_image_" + element.suffix());
        this.element = element;
    }

    /**
     * @param q [pairs][tokens][128] fp32
     * @param k [pairs][4096][128], of the element
     * @param v like k
     * @param counts [pairs] int, the real tokens of each pair, 1 or more
     * @param out [pairs][tokens][128] fp32; rows of tokens that are not real are 0
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
        Check.bytes("k", k, element, pairs, IMAGE_TOKENS, CHANNELS);
        Check.bytes("v", v, element, pairs, IMAGE_TOKENS, CHANNELS);
        Check.ints("counts", counts, pairs);
        Check.bytes("out", out, Element.FP32, pairs, tokens, CHANNELS);
        function.launch(
                stream,
                Work.moving(2.0 * pairs * IMAGE_TOKENS * CHANNELS * element.bytes()),
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
