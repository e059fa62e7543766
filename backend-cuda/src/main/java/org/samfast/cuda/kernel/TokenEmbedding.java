package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;

/** Output tokens, points and box corners as the decoder's tokens. Kernel: prompt/token_embedding.cu. */
public final class TokenEmbedding {
    /** The IoU token and the mask tokens, which come before the points. */
    public static final int OUTPUT_TOKENS = 5;

    private static final int CHANNELS = 256;
    private static final int KINDS = 5;
    private static final int THREADS = 128;

    private final KernelFunction function;

    public TokenEmbedding(Device device) {
        function = device.function("prompt/token_embedding", "token_embedding");
    }

    /**
     * @param coords [pairs][points][2] fp32, x and y in pixels of the encoder's frame
     * @param labels [pairs][points] int: -1 padding, 0 background, 1 foreground, 2 and 3 the corners of a box
     * @param counts [pairs] int, 5 + points of that pair
     * @param gaussian [2][128] fp32
     * @param embeddings [5][256] fp32: not_a_point, point_embeddings 0 to 3
     * @param outputTokens [5][256] fp32: the IoU token and the mask tokens
     * @param out [pairs][tokens][256] fp32; rows from counts on are 0
     * @param points points of a pair in coords and labels, 1 or more
     * @param tokens 5 + points or more
     */
    public void launch(
            Stream stream,
            DeviceBuffer coords,
            DeviceBuffer labels,
            DeviceBuffer counts,
            DeviceBuffer gaussian,
            DeviceBuffer embeddings,
            DeviceBuffer outputTokens,
            DeviceBuffer out,
            int pairs,
            int points,
            int tokens) {
        Check.bytes("coords", coords, Element.FP32, pairs, points, 2);
        Check.ints("labels", labels, pairs, points);
        Check.ints("counts", counts, pairs);
        Check.bytes("gaussian", gaussian, Element.FP32, 2, CHANNELS / 2);
        Check.bytes("embeddings", embeddings, Element.FP32, KINDS, CHANNELS);
        Check.bytes("output tokens", outputTokens, Element.FP32, OUTPUT_TOKENS, CHANNELS);
        Check.bytes("out", out, Element.FP32, pairs, tokens, CHANNELS);
        function.launch(
                stream,
                Grid.of(pairs, tokens),
                Block.of(THREADS),
                0,
                coords,
                labels,
                counts,
                gaussian,
                embeddings,
                outputTokens,
                out,
                points,
                tokens);
    }
}
