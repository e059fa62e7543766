package org.samfast.cuda.decoder;

import java.util.ArrayList;
import java.util.List;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * What makes masks and their quality of the transformer's outcome: hypernetworks, IoU head, upscaling. Source: segment-anything
 * mask_decoder.py MaskDecoder @dca509f.
 */
final class MaskHeads {
    private static final String MODULE = "mask_decoder";

    private final DecoderKernels kernels;
    private final ImageStep upscaling;
    private final Perceptron iou;
    private final List<Perceptron> hypernetworks = new ArrayList<>();

    MaskHeads(DecoderKernels kernels, ImageSteps steps, DeviceWeights weights) {
        this.kernels = kernels;
        upscaling = steps.upscaling(weights);
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
        upscaling.run(stream, on, run);
    }
}
