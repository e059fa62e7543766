package org.samfast.cuda.decoder;

import java.util.ArrayList;
import java.util.List;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.LayerNorm;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.MaskProduct;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * What makes masks and their quality of the transformer's outcome: upscaling, hypernetworks, IoU head. A transposed
 * convolution of size 2 and stride 2 gives each pixel its own 2x2 block, so it is a Linear from in to (2, 2, out)
 * channels; only the finished masks are put in the order of pixels. Source: segment-anything mask_decoder.py MaskDecoder @dca509f.
 */
final class MaskHeads {
    private static final String MODULE = "mask_decoder";
    private static final float EPSILON = 1e-6f;
    /** Places of a 2x2 block. */
    private static final int PLACES = 4;

    private final DecoderKernels kernels;
    private final Linear linear;
    private final LayerNorm norm;
    private final MaskProduct product;
    private final LinearWeights upscale1;
    private final NormWeights upscaleNorm;
    private final LinearWeights upscale2;
    private final Perceptron iou;
    private final List<Perceptron> hypernetworks = new ArrayList<>();

    MaskHeads(Device device, DecoderKernels kernels, DeviceWeights weights, Element element) {
        this.kernels = kernels;
        linear = new Linear(device, element);
        norm = new LayerNorm(device, element);
        product = new MaskProduct(device, element);
        int channels = DecoderBuffers.CHANNELS;
        upscale1 = doubling(weights, MODULE + ".output_upscaling.0", channels, channels / 4);
        upscaleNorm = weights.norm(MODULE + ".output_upscaling.1");
        upscale2 = doubling(weights, MODULE + ".output_upscaling.3", channels / 4, DecoderBuffers.UPSCALED);
        iou = Perceptron.of(weights, MODULE + ".iou_prediction_head");
        for (int mask = 0; mask < DecoderBuffers.MASKS; mask++) {
            hypernetworks.add(Perceptron.of(weights, MODULE + ".output_hypernetworks_mlps." + mask));
        }
    }

    /** From queries and keys to {@link DecoderBuffers#logits} and {@link DecoderBuffers#iou}. */
    void run(Stream stream, DecoderBuffers on, DecoderRun run) {
        iou.run(stream, on, kernels, run, 0, on.iou, DecoderBuffers.MASKS);
        for (int mask = 0; mask < DecoderBuffers.MASKS; mask++) {
            long offset = (long) mask * DecoderBuffers.UPSCALED * Float.BYTES;
            DeviceBuffer out = on.hyper.slice(offset, on.hyper.bytes() - offset);
            int stride = DecoderBuffers.MASKS * DecoderBuffers.UPSCALED;
            hypernetworks.get(mask).run(stream, on, kernels, run, 1 + mask, out, stride);
        }
        upscale(stream, on, run.imageRows());
        product.launch(stream, on.upscaled, on.hyper, on.logits, run.pairs());
    }

    private void upscale(Stream stream, DecoderBuffers on, int rows) {
        DeviceBuffer doubled = on.keysAndPosition;
        linear.apply(stream, on.keys, upscale1, Linear.Activation.NONE, doubled, rows);
        norm.apply(stream, doubled, upscaleNorm, doubled, rows * PLACES, EPSILON, true);
        linear.apply(stream, doubled, upscale2, Linear.Activation.GELU, on.upscaled, rows * PLACES);
    }

    /** A transposed convolution's weight [in][out][2][2] as that of a Linear, [2][2][out][in], with its bias four times. */
    private static LinearWeights doubling(DeviceWeights weights, String module, int in, int out) {
        float[] stored = weights.floats(module + ".weight");
        float[] ordered = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            int place = i % PLACES;
            int outChannel = i / PLACES % out;
            int inChannel = i / (PLACES * out);
            ordered[(place * out + outChannel) * in + inChannel] = stored[i];
        }
        float[] bias = weights.floats(module + ".bias");
        float[] biases = new float[PLACES * out];
        for (int i = 0; i < biases.length; i++) {
            biases[i] = bias[i % out];
        }
        return new LinearWeights(
                weights.matrix(module + ".weight", ordered),
                weights.vector(module + ".bias", biases),
                PLACES * out,
                in);
    }
}
