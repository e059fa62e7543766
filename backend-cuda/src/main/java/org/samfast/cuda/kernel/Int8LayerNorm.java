package org.samfast.cuda.kernel;

import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Check;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.KernelFunction;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Work;

/**
 * {@link LayerNorm}, and each row to int8 in the same pass: by a scale of its own, its largest magnitude over 127. Kernel:
 * encoder/layer_norm.cu.
 */
public final class Int8LayerNorm {
    private final KernelFunction function;

    public Int8LayerNorm(Device device) {
        function = device.overlapping("encoder/layer_norm", "layer_norm_int8");
    }

    /** With the weights of a model. */
    public void apply(
            Stream stream,
            DeviceBuffer in,
            NormWeights weights,
            DeviceBuffer out,
            DeviceBuffer scales,
            int rows,
            float eps) {
        launch(stream, in, weights.gamma(), weights.beta(), out, scales, rows, weights.channels(), eps);
    }

    /**
     * @param in [rows][channels] bf16
     * @param gamma [channels] fp32
     * @param beta [channels] fp32
     * @param out [rows][channels] int8
     * @param scales [rows] fp32: a value is its integer times its row's scale
     * @param channels a multiple of 8 up to 1280
     */
    public void launch(
            Stream stream,
            DeviceBuffer in,
            DeviceBuffer gamma,
            DeviceBuffer beta,
            DeviceBuffer out,
            DeviceBuffer scales,
            int rows,
            int channels,
            float eps) {
        LayerNorm.checkChannels(channels);
        Check.bytes("in", in, Element.BF16, rows, channels);
        Check.bytes("gamma", gamma, Element.FP32, channels);
        Check.bytes("beta", beta, Element.FP32, channels);
        Check.u8("out", out, rows, channels);
        Check.bytes("scales", scales, Element.FP32, rows);
        function.launch(
                stream,
                Work.moving((double) rows * channels * (Element.BF16.bytes() + 1)),
                LayerNorm.grid(rows),
                Block.of(LayerNorm.THREADS),
                0,
                in,
                gamma,
                beta,
                out,
                scales,
                rows,
                channels,
                eps);
    }
}
