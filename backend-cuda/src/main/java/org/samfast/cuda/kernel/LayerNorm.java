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
 * Normalises each row over its channels, then GELU where asked. Kernel: encoder/layer_norm.cu. Source: segment-anything
 * modeling/image_encoder.py Block.norm1 and norm2, modeling/common.py LayerNorm2d.
 */
public final class LayerNorm {
    private static final int MOST_CHANNELS = 1280;
    private static final int ROWS_PER_BLOCK = 4;
    static final int THREADS = 128;

    private final KernelFunction function;
    private final Element element;

    public LayerNorm(Device device, Element element) {
        function = device.overlapping("encoder/layer_norm", "layer_norm_" + element.suffix());
        this.element = element;
    }

    /** With the weights of a model. */
    public void apply(
            Stream stream, DeviceBuffer in, NormWeights weights, DeviceBuffer out, int rows, float eps, boolean gelu) {
        launch(stream, in, weights.gamma(), weights.beta(), out, rows, weights.channels(), eps, gelu);
    }

    /**
     * @param in [rows][channels] of the element
     * @param gamma [channels] fp32
     * @param beta [channels] fp32
     * @param out like in, may be in
     * @param channels a multiple of 8 up to 1280
     */
    public void launch(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer gamma,
            DeviceBuffer beta,
            DeviceBuffer out,
            int rows,
            int channels,
            float eps,
            boolean gelu) {
        checkChannels(channels);
        Check.bytes("in", in, element, rows, channels);
        Check.bytes("gamma", gamma, Element.FP32, channels);
        Check.bytes("beta", beta, Element.FP32, channels);
        Check.bytes("out", out, element, rows, channels);
        Work work = Work.moving(2.0 * rows * channels * element.bytes());
        Object[] args = {in, gamma, beta, out, rows, channels, eps, gelu ? 1 : 0};
        function.launch(stream, work, grid(rows), Block.of(THREADS), 0, args);
    }

    static void checkChannels(int channels) {
        if (channels % 8 != 0 || channels > MOST_CHANNELS) {
            throw new IllegalArgumentException(
                    "layer norm: expected a multiple of 8 channels up to 1280, got " + channels);
        }
    }

    private static Grid grid(int rows) {
        return Grid.of(Math.ceilDiv(rows, ROWS_PER_BLOCK));
    }
}
