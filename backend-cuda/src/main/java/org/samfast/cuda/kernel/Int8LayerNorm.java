package org.samfast.cuda.kernel;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
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
 * {@link LayerNorm}, and each row to int8 in the same pass: by a scale of its own, its largest magnitude over 127. Kernel:
 * encoder/layer_norm_int8.cu.
 */
public final class Int8LayerNorm {
    private static final int ROWS_PER_BLOCK = 4;

    private final Device device;
    private final Map<Width, KernelFunction> functions = new EnumMap<>(Width.class);

    public Int8LayerNorm(Device device) {
        this.device = device;
        for (Width width : Width.values()) {
            functions.put(width, device.overlapping("encoder/layer_norm_int8", width.entry()));
        }
    }

    /** The widths of ViT-B, L and H have a form each: what is past a row's end costs registers and arithmetic too. */
    private enum Width {
        CHANNELS_768(768, 4),
        CHANNELS_1024(1024, 3),
        CHANNELS_1280(1280, 3);

        private final int channels;
        private final int blocksPerMultiprocessor;

        Width(int channels, int blocksPerMultiprocessor) {
            this.channels = channels;
            this.blocksPerMultiprocessor = blocksPerMultiprocessor;
        }

        /** The narrowest that has them. */
        static Width of(int channels) {
            return Arrays.stream(values())
                    .filter(width -> channels <= width.channels)
                    .findFirst()
                    .orElseThrow();
        }

        String entry() {
            return "layer_norm_int8_" + channels;
        }

        /** No more blocks than run at a time. */
        Grid grid(int rows, int multiprocessors) {
            return Grid.of(Math.min(Math.ceilDiv(rows, ROWS_PER_BLOCK), multiprocessors * blocksPerMultiprocessor));
        }
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
        Width width = Width.of(channels);
        Objects.requireNonNull(functions.get(width))
                .launch(
                        stream,
                        Work.moving((double) rows * channels * (Element.BF16.bytes() + 1)),
                        width.grid(rows, device.multiprocessors()),
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
