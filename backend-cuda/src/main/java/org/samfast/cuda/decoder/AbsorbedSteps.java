package org.samfast.cuda.decoder;

import org.samfast.cuda.device.BufferSet;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.kernel.AbsorbTokens;
import org.samfast.cuda.kernel.AbsorbTokens.Order;
import org.samfast.cuda.kernel.AddPosition;
import org.samfast.cuda.kernel.AttendFromImage;
import org.samfast.cuda.kernel.AttendFromProjected;
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
    private final AttendFromProjected attendFromProjected;
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
        attendFromProjected = new AttendFromProjected(device);
        attendFromImage = new AttendFromImage(device);
        upscaleMasks = new UpscaleMasks(device);
        float[] values = ImagePosition.of(weights.floats(PromptWeights.GAUSSIAN));
        position = weights.matrix("image position", values);
        operandPosition = weights.matrix("image position", AttendFromImage.operandOrder(values));
    }

    /** About 3.5 MB each; the shorter kernels do not fill a GPU with half of them (docs/kernels.md). */
    @Override
    public int pairsAtOnce() {
        return 512;
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
            project(stream, firstWithPosition(stream, on, run), withoutBias(k), in.firstK(), run);
            project(stream, on.image.firstKeys(), withoutBias(v), in.firstV(), run);
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

    /** First keys and positions, where the pairs' own keys will be: they are not there before the image has attended. */
    private DeviceBuffer firstWithPosition(Stream stream, DecoderBuffers on, DecoderRun run) {
        DeviceBuffer sum = on.image.keys();
        addPosition.launch(stream, on.image.firstKeys(), run.imagePosition(), sum, run.firstImageRows());
        return sum;
    }

    private void project(Stream stream, DeviceBuffer in, LinearWeights weights, DeviceBuffer out, DecoderRun run) {
        linear.apply(stream, in, weights, Linear.Activation.NONE, out, run.firstImageRows());
    }

    private static LinearWeights withoutBias(LinearWeights of) {
        return new LinearWeights(of.weight(), DeviceBuffer.NONE, of.outputs(), of.inputs());
    }

    private ImageStep toKeys(DeviceWeights weights, String module) {
        LinearWeights k = weights.exactLinear(module + ".k_proj");
        LinearWeights v = weights.linear(module + ".v_proj");
        return (stream, on, run) -> {
            ImageBuffers.Absorbed in = on.image.inTokens();
            DeviceBuffer none = DeviceBuffer.NONE;
            absorb(stream, on.q, k.weight(), none, none, in.first(), on, run, SCALE, Order.BY_HEAD);
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
        return first ? fromFirstKeys(weights, module, norm) : fromKeys(weights, module, norm);
    }

    private ImageStep fromKeys(DeviceWeights weights, String module, NormWeights norm) {
        LinearWeights q = weights.exactLinear(module + ".q_proj");
        LinearWeights out = outProjection(weights, module);
        return (stream, on, run) -> fromKeys(stream, on, run, on.image.keys(), DeviceBuffer.NONE, q, out, norm, 0);
    }

    private ImageStep fromFirstKeys(DeviceWeights weights, String module, NormWeights norm) {
        LinearWeights q = weights.linear(module + ".q_proj");
        LinearWeights exactQ = weights.exactLinear(module + ".q_proj");
        LinearWeights out = outProjection(weights, module);
        return (stream, on, run) -> {
            ImageBuffers.Absorbed in = on.image.inTokens();
            DeviceBuffer first = on.image.firstKeys();
            DeviceBuffer sources = on.prompts.sources;
            project(stream, firstWithPosition(stream, on, run), q, in.firstQ(), run);
            DeviceBuffer none = DeviceBuffer.NONE;
            absorb(stream, on.v, out.weight(), none, out.bias(), in.second(), on, run, 1, Order.IN_TILES);
            attendFromProjected.attend(
                    stream,
                    new AttendFromProjected.Image(first, in.firstQ(), sources),
                    new AttendFromProjected.Tokens(on.k, in.second(), run.counts()),
                    norm,
                    on.image.keys(),
                    run.pairs(),
                    run.tokens(),
                    SCALE);
            if (AbsorbTokens.groups(run.tokens()) > 1) {
                fromKeys(stream, on, run, first, sources, exactQ, out, norm, AbsorbTokens.GROUP + 1);
            }
        };
    }

    /** The image's tokens attend, with their projections in the prompts' tokens. */
    private void fromKeys(
            Stream stream,
            DecoderBuffers on,
            DecoderRun run,
            DeviceBuffer keys,
            DeviceBuffer sources,
            LinearWeights q,
            LinearWeights out,
            NormWeights norm,
            int fewest) {
        ImageBuffers.Absorbed in = on.image.inTokens();
        DeviceBuffer none = DeviceBuffer.NONE;
        absorb(stream, on.k, q.weight(), q.bias(), none, in.first(), on, run, SCALE, Order.BY_TOKEN);
        absorb(stream, on.v, out.weight(), none, none, in.second(), on, run, 1, Order.BY_TOKEN);
        attendFromImage.attend(
                stream,
                keys,
                sources,
                operandPosition,
                new AttendFromImage.Tokens(in.first(), in.second(), in.scoreBias(), run.counts()),
                out.bias(),
                norm,
                on.image.keys(),
                run.pairs(),
                run.tokens(),
                fewest);
    }

    private static LinearWeights outProjection(DeviceWeights weights, String module) {
        return new LinearWeights(
                weights.vector(module + ".out_proj.weight", turned(weights, module + ".out_proj.weight")),
                weights.vector(module + ".out_proj.bias"),
                DecoderBuffers.INNER,
                DecoderBuffers.CHANNELS);
    }

    private void absorb(
            Stream stream,
            DeviceBuffer tokens,
            DeviceBuffer weight,
            DeviceBuffer bias,
            DeviceBuffer added,
            DeviceBuffer out,
            DecoderBuffers on,
            DecoderRun run,
            float scale,
            Order order) {
        DeviceBuffer outBias = on.image.inTokens().scoreBias();
        absorb.launch(
                stream,
                tokens,
                weight,
                bias,
                added,
                run.counts(),
                out,
                outBias,
                run.pairs(),
                run.tokens(),
                scale,
                order);
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
