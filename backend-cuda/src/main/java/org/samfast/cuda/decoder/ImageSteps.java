package org.samfast.cuda.decoder;

import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.UpscaleMasks;
import org.samfast.cuda.weights.DeviceWeights;

/** A way to do the decoder's steps over the image's tokens. Which one depends on nothing but GPU and element. */
interface ImageSteps {
    static ImageSteps of(Device device, DeviceWeights weights, Element element) {
        return element == Element.BF16 && UpscaleMasks.isThere(device)
                ? new AbsorbedSteps(device, weights)
                : new ProjectedSteps(device, element);
    }

    /** Pairs per sequence of launches. */
    int pairsAtOnce();

    /** Whether pairs of one image without a mask prompt have one copy of what they begin with. */
    boolean sharesFirstKeys();

    /** What they work in, for so many pairs of so many tokens. */
    ImageBuffers allocate(BufferSet all, int pairs, int tokens, int images);

    /**
     * Tokens attend to the image: from {@link DecoderBuffers#q} to {@link DecoderBuffers#attended}.
     *
     * @param first whether to what the image's tokens are at first
     */
    ImageStep toImage(DeviceWeights weights, String module, boolean first);

    /**
     * The image attends to the tokens, adds that, and is normalised: with {@link DecoderBuffers#k} and {@link
     * DecoderBuffers#v} to {@link ImageBuffers#keys}, after a step to the same image.
     *
     * @param first whether from what the image's tokens are at first
     */
    ImageStep fromImage(DeviceWeights weights, String module, NormWeights norm, boolean first);

    /** Keys and {@link DecoderBuffers#hyper} to {@link DecoderBuffers#logits}. */
    ImageStep upscaling(DeviceWeights weights);
}
