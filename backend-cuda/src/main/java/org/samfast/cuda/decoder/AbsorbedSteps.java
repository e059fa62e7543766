package org.samfast.cuda.decoder;

import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.AbsorbTokens;
import org.samfast.cuda.kernel.AddPosition;
import org.samfast.cuda.kernel.AttendFromImage;
import org.samfast.cuda.kernel.AttendToImage;
import org.samfast.cuda.kernel.AttendToProjected;
import org.samfast.cuda.kernel.Linear;
import org.samfast.cuda.kernel.LinearWeights;
import org.samfast.cuda.kernel.NormWeights;
import org.samfast.cuda.kernel.UpscaleMasks;
import org.samfast.cuda.weights.DeviceWeights;

/**
 * What is the same for all prompts of an image is there once, and projected once for the first layer's attention to it. Other tokens
 * of the image are never projected: the prompt's few tokens take the projections up, in bf16, and each attention is one pass over
 * the keys. On Hopper.
 */
final class AbsorbedSteps implements ImageSteps {
    /** 1 / sqrt(16) of a head's scores, whose exponentials have base 2. */
    private static final float SCALE = (float) (0.25 / Math.log(2));

    private final AbsorbTokens absorb;
    private final AddPosition addPosition;
    private final Linear linear;
    private final AttendToProjected attendToProjected;
    private final AttendToImage attendToImage;
    private final AttendFromImage attendFromImage;
    private final UpscaleMasks upscaleMasks;
    /** The same positions twice, [4096][256] bf16. */
    private final DeviceBuffer position;

    private final DeviceBuffer operandPosition;

    AbsorbedSteps(Device device, DeviceWeights weights) {
        absorb = new AbsorbTokens(device);
        addPosition = new AddPosition(device, Element.BF16);
        linear = new Linear(device, Element.BF16);
        attendToProjected = new AttendToProjected(device);
        attendToImage = new AttendToImage(device);
        attendFromImage = new AttendFromImage(device);
        upscaleMasks = new UpscaleMasks(device);
        float[] values = ImagePosition.of(weights.floats(PromptWeights.GAUSSIAN));
        position = weights.matrix("image position", values);
        operandPosition = weights.matrix("image position", AttendFromImage.operandOrder(values));
    }

    /** About 3.5 MB each. */
    @Override
    public int pairsAtOnce() {
        return 256;
    }

    @Override
    public boolean sharesFirstKeys() {
        return true;
    }

    @Override
    public ImageBuffers allocate(BufferSet all, int pairs, int tokens, int images) {
        return ImageBuffers.absorbed(all, pairs, tokens, images);
    }

    @Override
    public ImageStep toImage(DeviceWeights weights, String module, boolean first) {
        return first ? toFirstKeys(weights, module) : toKeys(weights, module);
    }

    /** The keys' bias adds the same to all scores of a token; that of the values comes last. */
    private ImageStep toFirstKeys(DeviceWeights weights, String module) {
        LinearWeights k = weights.linear(module + ".k_proj");
        LinearWeights v = weights.linear(module + ".v_proj");
        return (stream, on, run) -> {
            ImageBuffers.Absorbed in = on.image.inTokens();
            DeviceBuffer first = on.image.firstKeys();
            // nothing is in the pairs' own keys yet
            addPosition.launch(stream, first, run.imagePosition(), on.image.keys(), run.firstImageRows());
            project(stream, on.image.keys(), k, in.firstK(), run);
            project(stream, first, v, in.firstV(), run);
            attendToProjected.attend(
                    stream,
                    in.firstK(),
                    in.firstV(),
                    on.prompts.sources,
                    on.q,
                    run.counts(),
                    in.parts(),
                    in.masses(),
                    run.pairs(),
                    run.tokens(),
                    SCALE);
            attendToImage.merge(
                    stream, in.parts(), in.masses(), v.bias(), run.counts(), on.attended, run.pairs(), run.tokens());
        };
    }

    private void project(Stream stream, DeviceBuffer in, LinearWeights weights, DeviceBuffer out, DecoderRun run) {
        LinearWeights unbiased =
                new LinearWeights(weights.weight(), DeviceBuffer.NONE, weights.outputs(), weights.inputs());
        linear.apply(stream, in, unbiased, Linear.Activation.NONE, out, run.firstImageRows());
    }

    private ImageStep toKeys(DeviceWeights weights, String module) {
        LinearWeights k = weights.exactLinear(module + ".k_proj");
        LinearWeights v = weights.linear(module + ".v_proj");
        return (stream, on, run) -> {
            ImageBuffers.Absorbed in = on.image.inTokens();
            absorb(stream, on.q, k.weight(), DeviceBuffer.NONE, in.first(), on, run, SCALE, true);
            attendToImage.attend(
                    stream,
                    on.image.keys(),
                    position,
                    in.first(),
                    v,
                    run.counts(),
                    in.parts(),
                    in.masses(),
                    on.attended,
                    run.pairs(),
                    run.tokens());
        };
    }

    @Override
    public ImageStep fromImage(DeviceWeights weights, String module, NormWeights norm, boolean first) {
        LinearWeights q = weights.exactLinear(module + ".q_proj");
        DeviceBuffer out = weights.vector(module + ".out_proj.weight", turned(weights, module + ".out_proj.weight"));
        DeviceBuffer outBias = weights.vector(module + ".out_proj.bias");
        return (stream, on, run) -> {
            ImageBuffers.Absorbed in = on.image.inTokens();
            absorb(stream, on.k, q.weight(), q.bias(), in.first(), on, run, SCALE, false);
            absorb(stream, on.v, out, DeviceBuffer.NONE, in.second(), on, run, 1, false);
            attendFromImage.attend(
                    stream,
                    first ? on.image.firstKeys() : on.image.keys(),
                    first ? on.prompts.sources : DeviceBuffer.NONE,
                    operandPosition,
                    new AttendFromImage.Tokens(in.first(), in.second(), in.scoreBias(), run.counts()),
                    outBias,
                    norm,
                    on.image.keys(),
                    run.pairs(),
                    run.tokens());
        };
    }

    private void absorb(
            Stream stream,
            DeviceBuffer tokens,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer out,
            DecoderBuffers on,
            DecoderRun run,
            float scale,
            boolean headsFirst) {
        DeviceBuffer outBias = on.image.inTokens().scoreBias();
        absorb.launch(
                stream, tokens, weight, bias, run.counts(), out, outBias, run.pairs(), run.tokens(), scale, headsFirst);
    }

    /** [256][128] as [128][256]. */
    private static float[] turned(DeviceWeights weights, String tensor) {
        float[] stored = weights.floats(tensor);
        float[] turned = new float[stored.length];
        for (int i = 0; i < stored.length; i++) {
            turned[i % DecoderBuffers.INNER * DecoderBuffers.CHANNELS + i / DecoderBuffers.INNER] = stored[i];
        }
        return turned;
    }

    @Override
    public ImageStep upscaling(DeviceWeights weights) {
        Upscaling upscaling = Upscaling.of(weights);
        return (stream, on, run) -> upscaleMasks.upscale(
                stream,
                on.image.keys(),
                upscaling.first(),
                upscaling.norm(),
                upscaling.second(),
                on.hyper,
                on.logits,
                run.pairs());
    }
}
