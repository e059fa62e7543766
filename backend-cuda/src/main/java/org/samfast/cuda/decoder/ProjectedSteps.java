package org.samfast.cuda.decoder;

import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.AddPosition;
import org.samfast.cuda.kernel.ImageToToken;
import org.samfast.cuda.kernel.LayerNorm;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.MaskProduct;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.TokenToImage;
import org.samfast.cuda.weights.DeviceWeights;

/** As the original has it: the image's tokens are projected for every attention. For any GPU. */
final class ProjectedSteps implements ImageSteps {
    private static final float EPSILON = 1e-5f;
    private static final float UPSCALED_EPSILON = 1e-6f;

    private final Element element;
    private final TokenToImage tokenToImage;
    private final ImageToToken imageToToken;
    private final AddPosition addPosition;
    private final Linear linear;
    private final LayerNorm norm;
    private final MaskProduct product;

    ProjectedSteps(Device device, Element element) {
        this.element = element;
        tokenToImage = new TokenToImage(device, element);
        imageToToken = new ImageToToken(device, element);
        addPosition = new AddPosition(device, element);
        linear = new Linear(device, element);
        norm = new LayerNorm(device, element);
        product = new MaskProduct(device, element);
    }

    /** About 12 MB each in bf16. */
    @Override
    public int pairsAtOnce() {
        return 64;
    }

    @Override
    public boolean sharesFirstKeys() {
        return false;
    }

    @Override
    public ImageBuffers allocate(BufferSet all, int pairs, int tokens, int images) {
        return ImageBuffers.projected(all, element, pairs);
    }

    /** Leaves keys plus position for the step back. */
    @Override
    public ImageStep toImage(DeviceWeights weights, String module, boolean first) {
        LinearWeights k = weights.linear(module + ".k_proj");
        LinearWeights v = weights.linear(module + ".v_proj");
        return (stream, on, run) -> {
            ImageBuffers.Projected image = on.image.inProjections();
            addPosition.launch(stream, on.image.keys(), run.imagePosition(), image.keysAndPosition(), run.imageRows());
            project(stream, image.keysAndPosition(), k, DeviceBuffer.NONE, image.first(), run);
            project(stream, on.image.keys(), v, DeviceBuffer.NONE, image.second(), run);
            tokenToImage.launch(
                    stream, on.q, image.first(), image.second(), run.counts(), on.attended, run.pairs(), run.tokens());
        };
    }

    @Override
    public ImageStep fromImage(DeviceWeights weights, String module, NormWeights norm4, boolean first) {
        LinearWeights q = weights.linear(module + ".q_proj");
        LinearWeights out = weights.linear(module + ".out_proj");
        return (stream, on, run) -> {
            ImageBuffers.Projected image = on.image.inProjections();
            DeviceBuffer keys = on.image.keys();
            project(stream, image.keysAndPosition(), q, DeviceBuffer.NONE, image.first(), run);
            imageToToken.launch(
                    stream, image.first(), on.k, on.v, run.counts(), image.second(), run.pairs(), run.tokens());
            project(stream, image.second(), out, keys, keys, run);
            norm.apply(stream, keys, norm4, keys, run.imageRows(), EPSILON, false);
        };
    }

    private void project(
            Stream stream,
            DeviceBuffer in,
            LinearWeights weights,
            DeviceBuffer residual,
            DeviceBuffer out,
            DecoderRun run) {
        linear.applyPlus(stream, in, weights, residual, run.imageRows(), out, run.imageRows());
    }

    @Override
    public ImageStep upscaling(DeviceWeights weights) {
        Upscaling upscaling = Upscaling.of(weights);
        return (stream, on, run) -> {
            int rows = run.imageRows();
            int places = rows * Upscaling.PLACES;
            ImageBuffers.Projected image = on.image.inProjections();
            DeviceBuffer doubled = image.keysAndPosition();
            linear.apply(stream, on.image.keys(), upscaling.first(), Linear.Activation.NONE, doubled, rows);
            norm.apply(stream, doubled, upscaling.norm(), doubled, places, UPSCALED_EPSILON, true);
            linear.apply(stream, doubled, upscaling.second(), Linear.Activation.GELU, image.upscaled(), places);
            product.launch(stream, image.upscaled(), on.hyper, on.logits, run.pairs());
        };
    }
}
