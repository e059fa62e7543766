package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.GeluReference;
import org.samfast.cuda.reference.LayerNormReference;

/** A folded norm against the norm and the product in plain Java, with every tiling of the Linears around it. */
@Tag("gpu")
class FoldedNormTest {
    private static final float EPS = 1e-6f;
    /** The weight is rounded to bf16 once more, and so is the result. */
    private static final double ERROR = 4e-3;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    private static @Nullable HopperLinear hopper;

    @BeforeAll
    static void onlyOnHopper() {
        hopper = HopperLinear.of(gpu.device());
        assumeTrue(hopper != null, "needs a GPU of compute capability 9.0");
    }

    // rows: one; one tile and one row more; several tiles. Channels end within a tile of every width
    @ParameterizedTest
    @CsvSource({"1, 32, 8, 64", "129, 224, 72, 64", "300, 768, 200, 128", "517, 1280, 264, 64"})
    void sumsOfRowsAreThoseOfWhatIsStored(int rows, int channels, int k, int residualRows) {
        LinearWeights weights = weights(channels, k);
        DeviceBuffer in = gpu.of(Element.BF16, GpuArrays.random(1, rows * k, 1));
        DeviceBuffer residual =
                gpu.of(Element.BF16, shifted(GpuArrays.random(4, residualRows * channels, 2), channels));
        GpuArrays.Array plain = gpu.output("plain", Element.BF16, (long) rows * channels);
        linear().launch(
                        LinearTiling.TURNS_128X192,
                        gpu.stream(),
                        in,
                        weights.weight(),
                        weights.bias(),
                        residual,
                        residualRows,
                        plain.buffer(),
                        rows,
                        channels,
                        k,
                        Linear.Activation.NONE.code);
        float[] tokens = gpu.floats(plain);
        float[] first = null;
        for (LinearTiling tiling : LinearTiling.values()) {
            GpuArrays.Array out = gpu.output("out", Element.BF16, (long) rows * channels);
            GpuArrays.Array partial = gpu.output("partial", Element.FP32, 2L * channels / 32 * rows);
            gpu.runTwice(
                    () -> linear().launchMeasured(
                                    tiling,
                                    gpu.stream(),
                                    in,
                                    weights,
                                    residual,
                                    residualRows,
                                    out.buffer(),
                                    partial.buffer(),
                                    rows),
                    out,
                    partial);
            assertThat(gpu.floats(out)).as("%s", tiling).isEqualTo(tokens);
            float[] sums = gpu.floats(partial);
            first = first == null ? sums : first;
            assertThat(sums).as("the bits of %s", tiling).isEqualTo(first);
        }
        assertThat(GpuArrays.relativeError(
                        statistics(Objects.requireNonNull(first), rows, channels), expected(tokens, rows)))
                .isLessThan(1e-5);
    }

    private static float[] statistics(float[] partial, int rows, int channels) {
        GpuArrays.Array out = gpu.output("statistics", Element.FP32, 2L * rows);
        DeviceBuffer sums = gpu.floats(partial);
        FoldedNorm norm = norm();
        gpu.runTwice(() -> norm.statistics(gpu.stream(), sums, out.buffer(), rows, channels, EPS), out);
        return gpu.floats(out);
    }

    /** Mean and deviation of each row. */
    private static double[] expected(float[] tokens, int rows) {
        int channels = tokens.length / rows;
        double[] expected = new double[2 * rows];
        for (int row = 0; row < rows; row++) {
            int from = row * channels;
            double mean = IntStream.range(from, from + channels)
                    .mapToDouble(i -> tokens[i])
                    .average()
                    .orElseThrow();
            double variance = IntStream.range(from, from + channels)
                    .mapToDouble(i -> (tokens[i] - mean) * (tokens[i] - mean))
                    .average()
                    .orElseThrow();
            expected[2 * row] = mean;
            expected[2 * row + 1] = Math.sqrt(variance + EPS);
        }
        return expected;
    }

    @ParameterizedTest
    @CsvSource({"1, 32, 8, NONE", "129, 224, 200, GELU", "300, 768, 264, NONE", "260, 1280, 136, GELU"})
    void isTheLinearOfTheNorm(int rows, int channels, int outputs, Linear.Activation activation) {
        float[] tokens = GpuArrays.rounded(Element.BF16, shifted(GpuArrays.random(1, rows * channels, 2), channels));
        LinearWeights weights = weights(outputs, channels);
        float[] gamma = GpuArrays.random(5, channels, 2);
        float[] beta = GpuArrays.random(6, channels, 1);
        double[] product = product(tokens, gamma, beta, rows, outputs, activation);
        GpuArrays.Array folded = gpu.output("folded", Element.FP32, 2L * outputs);
        norm().fold(
                        gpu.stream(),
                        new NormWeights(gpu.floats(gamma), gpu.floats(beta), channels),
                        weights,
                        folded.buffer());
        DeviceBuffer in = gpu.of(Element.BF16, tokens);
        double[] rowStatistics = expected(tokens, rows);
        float[] narrow = new float[rowStatistics.length];
        IntStream.range(0, narrow.length).forEach(i -> narrow[i] = (float) rowStatistics[i]);
        DeviceBuffer statistics = gpu.floats(narrow);
        float[] first = null;
        for (LinearTiling tiling : LinearTiling.values()) {
            GpuArrays.Array out = gpu.output("out", Element.BF16, (long) rows * outputs);
            gpu.runTwice(
                    () -> linear().launchNormed(
                                    tiling,
                                    gpu.stream(),
                                    in,
                                    weights,
                                    folded.buffer(),
                                    statistics,
                                    out.buffer(),
                                    rows,
                                    activation.code),
                    out);
            float[] values = gpu.floats(out);
            assertThat(GpuArrays.relativeError(values, product))
                    .as("%s", tiling)
                    .isLessThan(ERROR);
            first = first == null ? values : first;
            assertThat(values).as("the bits of %s", tiling).isEqualTo(first);
        }
    }

    private static double[] product(
            float[] tokens, float[] gamma, float[] beta, int rows, int outputs, Linear.Activation activation) {
        int channels = gamma.length;
        double[] normed = LayerNormReference.normalize(tokens, gamma, beta, EPS, false);
        float[] weight = GpuArrays.rounded(Element.BF16, weight(outputs, channels));
        float[] bias = GpuArrays.random(3, outputs, 1);
        double[] product = new double[rows * outputs];
        for (int at = 0; at < product.length; at++) {
            double sum = bias[at % outputs];
            for (int i = 0; i < channels; i++) {
                sum += normed[at / outputs * channels + i] * weight[at % outputs * channels + i];
            }
            product[at] = activation == Linear.Activation.GELU ? GeluReference.gelu(sum) : sum;
        }
        return product;
    }

    private static LinearWeights weights(int outputs, int inputs) {
        return new LinearWeights(
                gpu.of(Element.BF16, weight(outputs, inputs)),
                gpu.floats(GpuArrays.random(3, outputs, 1)),
                outputs,
                inputs);
    }

    private static float[] weight(int outputs, int inputs) {
        return GpuArrays.random(2, outputs * inputs, (float) (1 / Math.sqrt(inputs)));
    }

    /** A mean that is not zero and a channel far out, as the residual stream has. */
    private static float[] shifted(float[] values, int channels) {
        for (int i = 0; i < values.length; i++) {
            values[i] = i % channels == channels / 3 ? values[i] * 20 : values[i] + 1;
        }
        return values;
    }

    private static FoldedNorm norm() {
        return new FoldedNorm(gpu.device(), linear());
    }

    private static HopperLinear linear() {
        return Objects.requireNonNull(hopper);
    }
}
