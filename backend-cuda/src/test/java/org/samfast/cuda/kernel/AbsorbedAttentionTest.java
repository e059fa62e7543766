package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.LayerNormReference;
import org.samfast.cuda.reference.LinearReference;
import org.samfast.cuda.reference.TokenAttentionReference;

/**
 * The cross attentions with absorbed and with shared projections against the original's steps in double; and each pair alone, without padding,
 * for the same bits. A pair has as many tokens as a digit says, of an image that is not its own.
 */
@Tag("gpu")
class AbsorbedAttentionTest {
    private static final int TOKENS = 4096;
    private static final int CHANNELS = 256;
    private static final int INNER = 128;
    private static final int IMAGES = 2;
    private static final float SCALE = (float) (0.25 / Math.log(2));
    /** Absorbed tokens, keys plus position, and weights of the attention are each rounded to bf16. */
    private static final double TOLERANCE = 8e-3;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    private final float[] keys = GpuArrays.rounded(Element.BF16, GpuArrays.random(1, IMAGES * TOKENS * CHANNELS, 1));
    private final float[] position = GpuArrays.rounded(Element.BF16, GpuArrays.random(2, TOKENS * CHANNELS, 0.7f));
    /** Of the image's queries or keys, fp32; of its values and of the output, bf16 for the kernels that take it so. */
    private final float[] scoreWeight = GpuArrays.random(3, INNER * CHANNELS, 0.06f);

    private final float[] otherWeight = GpuArrays.rounded(Element.BF16, GpuArrays.random(4, INNER * CHANNELS, 0.06f));
    private final float[] innerBias = GpuArrays.random(5, INNER, 1);
    private final float[] bias = GpuArrays.random(6, CHANNELS, 1);
    private final float[] gamma = GpuArrays.random(7, CHANNELS, 1);
    private final float[] beta = GpuArrays.random(8, CHANNELS, 1);

    @BeforeAll
    static void onlyOnHopper() {
        assumeTrue(UpscaleMasks.isThere(gpu.device()), "needs a GPU of compute capability 9.0");
    }

    /** Pairs with so many tokens each, padded to the same number; pair i is of image sources[i]. */
    private record Pairs(int[] counts, int[] sources, int tokens, float[] queries, float[] values) {
        static Pairs of(String counts) {
            int[] all = counts.chars().map(c -> Character.digit(c, 36)).toArray();
            int tokens = Arrays.stream(all).max().orElseThrow();
            int[] sources = new int[all.length];
            Arrays.setAll(sources, pair -> (pair + 1) % IMAGES);
            float[] queries = GpuArrays.random(9, all.length * tokens * INNER, 2);
            return new Pairs(all, sources, tokens, queries, GpuArrays.random(10, queries.length, 1));
        }

        Pairs alone(int pair) {
            int from = pair * tokens * INNER;
            int to = from + counts[pair] * INNER;
            return new Pairs(
                    new int[] {counts[pair]},
                    new int[] {sources[pair]},
                    counts[pair],
                    Arrays.copyOfRange(queries, from, to),
                    Arrays.copyOfRange(values, from, to));
        }

        int groups() {
            return AbsorbTokens.groups(tokens);
        }
    }

    private DeviceBuffer absorbed(
            Pairs pairs,
            float[] tokens,
            DeviceBuffer weight,
            DeviceBuffer outBias,
            DeviceBuffer added,
            float scale,
            AbsorbTokens.Order order) {
        long rows = (long) pairs.counts.length * pairs.groups() * AbsorbTokens.GROUP_ROWS;
        GpuArrays.Array out = gpu.output("absorbed", Element.BF16, rows * CHANNELS);
        DeviceBuffer own = outBias == DeviceBuffer.NONE ? DeviceBuffer.NONE : gpu.floats(innerBias);
        DeviceBuffer in = gpu.floats(tokens);
        DeviceBuffer counts = gpu.ints(pairs.counts);
        AbsorbTokens kernel = new AbsorbTokens(gpu.device());
        gpu.runTwice(
                () -> kernel.launch(
                        gpu.stream(),
                        in,
                        weight,
                        own,
                        added,
                        counts,
                        out.buffer(),
                        outBias,
                        pairs.counts.length,
                        pairs.tokens,
                        scale,
                        order),
                out);
        return out.buffer();
    }

    private float[] toImage(Pairs pairs) {
        DeviceBuffer q = absorbed(
                pairs,
                pairs.queries,
                gpu.floats(scoreWeight),
                DeviceBuffer.NONE,
                DeviceBuffer.NONE,
                SCALE,
                AbsorbTokens.Order.BY_HEAD);
        int all = pairs.counts.length;
        long groups = (long) all * pairs.groups();
        GpuArrays.Array parts = gpu.output("parts", Element.FP32, groups * AttendToImage.partFloats());
        GpuArrays.Array masses = gpu.output("masses", Element.FP32, groups * AttendToImage.massFloats());
        GpuArrays.Array out = gpu.output("out", Element.FP32, (long) all * pairs.tokens * INNER);
        DeviceBuffer on = gpu.of(Element.BF16, keysOf(pairs));
        DeviceBuffer at = gpu.of(Element.BF16, position);
        DeviceBuffer counts = gpu.ints(pairs.counts);
        LinearWeights v = new LinearWeights(gpu.of(Element.BF16, otherWeight), gpu.floats(innerBias), INNER, CHANNELS);
        AttendToImage kernel = new AttendToImage(gpu.device());
        gpu.runTwice(
                () -> kernel.attend(
                        gpu.stream(),
                        on,
                        at,
                        q,
                        v,
                        counts,
                        parts.buffer(),
                        masses.buffer(),
                        out.buffer(),
                        all,
                        pairs.tokens),
                out);
        return gpu.floats(out);
    }

    /** Keys and values of all images are projected before. */
    private float[] toProjected(Pairs pairs) {
        int all = pairs.counts.length;
        long groups = (long) all * pairs.groups();
        GpuArrays.Array parts = gpu.output("parts", Element.FP32, groups * AttendToImage.partFloats());
        GpuArrays.Array masses = gpu.output("masses", Element.FP32, groups * AttendToImage.massFloats());
        GpuArrays.Array out = gpu.output("out", Element.FP32, (long) all * pairs.tokens * INNER);
        float[] k = new float[IMAGES * TOKENS * INNER];
        float[] v = new float[k.length];
        for (int source = 0; source < IMAGES; source++) {
            float[] image = image(source);
            int at = source * TOKENS * INNER;
            float[] ofImage = narrow(projected(sum(image, position), scoreWeight, new float[0]));
            System.arraycopy(ofImage, 0, k, at, ofImage.length);
            System.arraycopy(narrow(projected(image, otherWeight, new float[0])), 0, v, at, ofImage.length);
        }
        DeviceBuffer onK = gpu.of(Element.BF16, k);
        DeviceBuffer onV = gpu.of(Element.BF16, v);
        DeviceBuffer sources = gpu.ints(pairs.sources);
        DeviceBuffer counts = gpu.ints(pairs.counts);
        DeviceBuffer q = gpu.floats(pairs.queries);
        DeviceBuffer added = gpu.floats(innerBias);
        AttendToProjected kernel = new AttendToProjected(gpu.device());
        AttendToImage merge = new AttendToImage(gpu.device());
        gpu.runTwice(
                () -> {
                    DeviceBuffer in = parts.buffer();
                    DeviceBuffer mass = masses.buffer();
                    kernel.attend(gpu.stream(), onK, onV, sources, q, counts, in, mass, all, pairs.tokens, SCALE);
                    merge.merge(gpu.stream(), in, mass, added, counts, out.buffer(), all, pairs.tokens);
                },
                out);
        return gpu.floats(out);
    }

    private DeviceBuffer absorbedValues(Pairs pairs, DeviceBuffer added, AbsorbTokens.Order order) {
        return absorbed(pairs, pairs.values, gpu.floats(otherWeight), DeviceBuffer.NONE, added, 1, order);
    }

    private AttendFromImage.Tokens tokensOf(Pairs pairs) {
        long rows = (long) pairs.counts.length * pairs.groups() * AbsorbTokens.GROUP_ROWS;
        GpuArrays.Array scoreBias = gpu.output("score bias", Element.FP32, rows);
        AbsorbTokens.Order order = AbsorbTokens.Order.BY_TOKEN;
        DeviceBuffer k = absorbed(
                pairs, pairs.queries, gpu.floats(scoreWeight), scoreBias.buffer(), DeviceBuffer.NONE, SCALE, order);
        DeviceBuffer v = absorbedValues(pairs, DeviceBuffer.NONE, order);
        return new AttendFromImage.Tokens(k, v, scoreBias.buffer(), gpu.ints(pairs.counts));
    }

    private float[] fromImage(Pairs pairs) {
        int all = pairs.counts.length;
        GpuArrays.Array out = gpu.output("out", Element.BF16, (long) all * TOKENS * CHANNELS);
        DeviceBuffer in = gpu.of(Element.BF16, keys);
        DeviceBuffer at = gpu.of(Element.BF16, AttendFromImage.operandOrder(position));
        DeviceBuffer sources = gpu.ints(pairs.sources);
        NormWeights norm = new NormWeights(gpu.floats(gamma), gpu.floats(beta), CHANNELS);
        DeviceBuffer added = gpu.floats(bias);
        AttendFromImage.Tokens tokens = tokensOf(pairs);
        AttendFromImage kernel = new AttendFromImage(gpu.device());
        gpu.runTwice(
                () -> kernel.attend(
                        gpu.stream(), in, sources, at, tokens, added, norm, out.buffer(), all, pairs.tokens, 0),
                out);
        return gpu.floats(out);
    }

    /** The queries of all images are projected before. */
    private float[] fromProjected(Pairs pairs) {
        int all = pairs.counts.length;
        GpuArrays.Array out = gpu.output("out", Element.BF16, (long) all * TOKENS * CHANNELS);
        float[] q = new float[IMAGES * TOKENS * INNER];
        for (int source = 0; source < IMAGES; source++) {
            float[] ofImage = narrow(projected(sum(image(source), position), scoreWeight, innerBias));
            System.arraycopy(ofImage, 0, q, source * TOKENS * INNER, ofImage.length);
        }
        DeviceBuffer in = gpu.of(Element.BF16, keys);
        DeviceBuffer sources = gpu.ints(pairs.sources);
        DeviceBuffer added = gpu.floats(bias);
        AttendFromProjected.Image image = new AttendFromProjected.Image(in, gpu.of(Element.BF16, q), sources);
        DeviceBuffer v = absorbedValues(pairs, added, AbsorbTokens.Order.IN_TILES);
        DeviceBuffer k = gpu.floats(pairs.queries);
        AttendFromProjected.Tokens few = new AttendFromProjected.Tokens(k, v, gpu.ints(pairs.counts));
        AttendFromImage.Tokens many = tokensOf(pairs);
        DeviceBuffer at = gpu.of(Element.BF16, AttendFromImage.operandOrder(position));
        NormWeights norm = new NormWeights(gpu.floats(gamma), gpu.floats(beta), CHANNELS);
        AttendFromProjected ofFew = new AttendFromProjected(gpu.device());
        AttendFromImage ofMany = new AttendFromImage(gpu.device());
        gpu.runTwice(
                () -> {
                    DeviceBuffer to = out.buffer();
                    ofFew.attend(gpu.stream(), image, few, norm, to, all, pairs.tokens, SCALE);
                    ofMany.attend(gpu.stream(), in, sources, at, many, added, norm, to, all, pairs.tokens, 9);
                },
                out);
        return gpu.floats(out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "86715", "l89"})
    void tokensAttendToTheirImage(String counts) {
        tokensAttend(counts, this::toImage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "8671577778", "l89"})
    void tokensAttendToTheirProjectedImage(String counts) {
        tokensAttend(counts, this::toProjected);
    }

    private void tokensAttend(String counts, Function<Pairs, float[]> attention) {
        Pairs pairs = Pairs.of(counts);
        float[] got = attention.apply(pairs);
        for (int pair = 0; pair < pairs.counts.length; pair++) {
            float[] image = image(pairs.sources[pair]);
            float[] k = narrow(projected(sum(image, position), scoreWeight, new float[0]));
            float[] v = narrow(projected(image, otherWeight, innerBias));
            Pairs alone = pairs.alone(pair);
            int from = pair * pairs.tokens * INNER;
            int end = from + alone.counts[0] * INNER;
            check(
                    Arrays.copyOfRange(got, from, end),
                    attention.apply(alone),
                    pair,
                    TokenAttentionReference.attend(alone.queries, k, v, INNER));
            int padding = (pairs.tokens - alone.tokens) * INNER;
            assertThat(Arrays.copyOfRange(got, end, end + padding)).isEqualTo(new float[padding]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "8671", "l89"})
    void theImageAttendsToItsTokens(String counts) {
        imageAttends(counts, this::fromImage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "8671577778", "l89"})
    void theProjectedImageAttendsToItsTokens(String counts) {
        imageAttends(counts, this::fromProjected);
    }

    private void imageAttends(String counts, Function<Pairs, float[]> attention) {
        Pairs pairs = Pairs.of(counts);
        float[] got = attention.apply(pairs);
        int size = TOKENS * CHANNELS;
        for (int pair = 0; pair < pairs.counts.length; pair++) {
            float[] image = image(pairs.sources[pair]);
            Pairs alone = pairs.alone(pair);
            float[] q = narrow(projected(sum(image, position), scoreWeight, innerBias));
            double[] attended = TokenAttentionReference.attend(q, alone.queries, alone.values, INNER);
            double[] out = LinearReference.of(
                    narrow(attended),
                    turned(otherWeight),
                    bias,
                    image,
                    TOKENS,
                    CHANNELS,
                    INNER,
                    Linear.Activation.NONE);
            double[] expected = LayerNormReference.normalize(narrow(out), gamma, beta, 1e-5, false);
            check(Arrays.copyOfRange(got, pair * size, (pair + 1) * size), attention.apply(alone), pair, expected);
        }
    }

    private static void check(float[] got, float[] alone, int pair, double[] expected) {
        assertThat(GpuArrays.relativeError(got, expected)).as("pair %s", pair).isLessThan(TOLERANCE);
        assertThat(Arrays.mismatch(alone, got))
                .as("first element of pair %s that is another alone", pair)
                .isEqualTo(-1);
    }

    /** Each pair's own, [pairs][4096][256]. */
    private float[] keysOf(Pairs pairs) {
        int size = TOKENS * CHANNELS;
        float[] all = new float[pairs.counts.length * size];
        for (int pair = 0; pair < pairs.counts.length; pair++) {
            System.arraycopy(keys, pairs.sources[pair] * size, all, pair * size, size);
        }
        return all;
    }

    private float[] image(int source) {
        return Arrays.copyOfRange(keys, source * TOKENS * CHANNELS, (source + 1) * TOKENS * CHANNELS);
    }

    private static double[] projected(float[] in, float[] weight, float[] bias) {
        return LinearReference.of(in, weight, bias, new float[0], TOKENS, INNER, CHANNELS, Linear.Activation.NONE);
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /** [128][256] as [256][128]. */
    private static float[] turned(float[] weight) {
        float[] turned = new float[weight.length];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = weight[i % INNER * CHANNELS + i / INNER];
        }
        return turned;
    }
}
