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

/** An image attends to the tokens of its pair: 8 heads of 16 channels. Kernel: decoder/token_attention.cu. */
public final class ImageToToken {
    private static final int CHANNELS = 128;
    private static final int IMAGE_TOKENS = 4096;
    private static final int BLOCK_TOKENS = 32;
    private static final int THREADS = 256;

    private final KernelFunction function;
    private final Element element;

    public ImageToToken(Device device, Element element) {
        function = device.function("decoder/token_attention", "image_to_token_" + element.suffix());
        this.element = element;
    }

    /**
     * @param q [pairs][4096][128], of the element
     * @param k [pairs][tokens][128] fp32
     * @param v like k
     * @param counts [pairs] int, the real tokens of each pair, 1 or more
     * @param out like q
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
        Check.bytes("q", q, element, pairs, IMAGE_TOKENS, CHANNELS);
        Check.bytes("k", k, Element.FP32, pairs, tokens, CHANNELS);
        Check.bytes("v", v, Element.FP32, pairs, tokens, CHANNELS);
        Check.ints("counts", counts, pairs);
        Check.bytes("out", out, element, pairs, IMAGE_TOKENS, CHANNELS);
        function.launch(
                stream,
                Work.moving(2.0 * pairs * IMAGE_TOKENS * CHANNELS * element.bytes()),
                Grid.of(IMAGE_TOKENS / BLOCK_TOKENS, pairs),
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
