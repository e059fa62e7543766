package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.Linear.Activation;
import org.samfast.cuda.reference.GeluReference;
import org.samfast.cuda.reference.PackedWeightReference;
import org.samfast.tensor.Bfloat16;

/** Sums of integers are exact, so outputs have to be those of plain loops bit for bit; GELU is held within a tolerance. */
@Tag("gpu")
class PackedLinearTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    /** A form's kernel with one of Hopper's tilings, or the portable one. */
    private record Kernel(PackedForm form, @Nullable PackedTiling tiling) {
        static Stream<Kernel> of(PackedForm form) {
            Stream<PackedTiling> tilings = HopperPackedLinear.of(gpu.device()) == null
                    ? Stream.empty()
                    : Arrays.stream(PackedTiling.values()).filter(tiling -> tiling.serves(form));
            return Stream.concat(Stream.of(new Kernel(form, null)), tilings.map(tiling -> new Kernel(form, tiling)));
        }

        PackedLinear linear() {
            return new PackedLinear(gpu.device(), tiling == null ? null : HopperPackedLinear.of(gpu.device()));
        }
    }

    /** One product, on the host and on the GPU. */
    private static final class Case {
        final PackedWeightReference weight;
        final int rows;
        final long[] sums;
        final float[] bias;
        final float[] scales;
        final float[] tokenScales;
        final float[] residual;
        final DeviceBuffer in;
        final DeviceBuffer onGpuTokenScales;
        final DeviceBuffer onGpuResidual;

        Case(PackedWeightReference weight, int[] in) {
            this.weight = weight;
            rows = in.length / weight.inputs;
            sums = weight.sums(in);
            bias = GpuArrays.random(1, weight.outputs, 4);
            if (!weight.form.isInt8()) {
                integral(bias);
            }
            scales = positive(2, weight.outputs, 1e-3f);
            tokenScales = positive(3, rows, 1);
            residual = GpuArrays.rounded(Element.BF16, GpuArrays.random(4, sums.length, 1));
            this.in = weight.form.isInt8() ? gpu.bytes(bytes(in)) : gpu.of(Element.BF16, floats(in));
            onGpuTokenScales = gpu.floats(tokenScales);
            onGpuResidual = gpu.of(Element.BF16, residual);
        }

        static Case random(PackedForm form, int rows, int outputs, int inputs, int pair) {
            int largest = form.isInt8() ? 127 : 8;
            int[] in = new Random(rows)
                    .ints((long) rows * inputs, -largest, largest + 1)
                    .toArray();
            return new Case(new PackedWeightReference(form, outputs, inputs, largest, pair), in);
        }

        PackedWeights weights(boolean scalesTokens, boolean inPairs) {
            boolean int8 = weight.form.isInt8();
            float[] values = weight.values(inPairs);
            return new PackedWeights(
                    weight.form,
                    int8 ? gpu.bytes(bytes(values)) : gpu.of(Element.BF16, values),
                    inPairs,
                    weight.form.isSparse() ? gpu.ints(weight.metadata()) : DeviceBuffer.NONE,
                    int8 ? gpu.floats(scales) : DeviceBuffer.NONE,
                    int8 && !scalesTokens ? gpu.floats(scales) : DeviceBuffer.NONE,
                    gpu.floats(bias),
                    weight.outputs,
                    weight.inputs);
        }

        /** As the kernel rounds it. */
        float value(int i, boolean scalesTokens) {
            int output = i % weight.outputs;
            if (!weight.form.isInt8()) {
                return sums[i] + bias[output];
            }
            float sum = sums[i];
            return Math.fma(scalesTokens ? sum * tokenScales[i / weight.outputs] : sum, scales[output], bias[output]);
        }

        float[] run(Kernel kernel, boolean scalesTokens, Activation activation, DeviceBuffer added) {
            GpuArrays.Array out = gpu.output("out", Element.BF16, sums.length);
            PackedLinear.Out into = PackedLinear.Out.bf16(out.buffer());
            runTwice(kernel, scalesTokens, weights(scalesTokens, false), activation, added, into, out);
            return gpu.floats(out);
        }

        byte[] runToInt8(Kernel kernel, boolean scalesTokens, Activation activation, float[] factors) {
            GpuArrays.Array out = gpu.outputBytes("out", sums.length);
            PackedLinear.Out into = new PackedLinear.Out(out.buffer(), gpu.floats(factors));
            runTwice(kernel, scalesTokens, weights(scalesTokens, true), activation, DeviceBuffer.NONE, into, out);
            return gpu.bytes(out.buffer());
        }

        private void runTwice(
                Kernel kernel,
                boolean scalesTokens,
                PackedWeights weights,
                Activation activation,
                DeviceBuffer added,
                PackedLinear.Out into,
                GpuArrays.Array out) {
            DeviceBuffer scales = scalesTokens ? onGpuTokenScales : DeviceBuffer.NONE;
            PackedLinear.Call call = new PackedLinear.Call(in, scales, weights, activation, added, into, rows);
            gpu.runTwice(() -> kernel.linear().run(kernel.tiling(), gpu.stream(), call), out);
        }

        /** Check of everything that a tiling does with this product. */
        void check(Kernel kernel) {
            for (boolean scalesTokens : weight.form.isInt8() ? new boolean[] {false, true} : new boolean[] {false}) {
                checkPlain(kernel, scalesTokens);
                checkGelu(run(kernel, scalesTokens, Activation.GELU, DeviceBuffer.NONE), scalesTokens, kernel);
                if (weight.form.isInt8()) {
                    checkToInt8(kernel, scalesTokens);
                }
            }
        }

        private void checkPlain(Kernel kernel, boolean scalesTokens) {
            float[] plain = run(kernel, scalesTokens, Activation.NONE, DeviceBuffer.NONE);
            float[] added = run(kernel, scalesTokens, Activation.NONE, onGpuResidual);
            for (int i = 0; i < sums.length; i++) {
                float value = value(i, scalesTokens);
                same(plain[i], bf16(value), kernel, i, "plain");
                same(added[i], bf16(value + residual[i]), kernel, i, "with residual");
            }
        }

        private void checkGelu(float[] values, boolean scalesTokens, Kernel kernel) {
            for (int i = 0; i < sums.length; i += geluStep()) {
                double expected = GeluReference.gelu(value(i, scalesTokens));
                near(values[i], expected, 1.2e-4 + Math.abs(expected) * 0x1p-8, kernel, i);
            }
        }

        /** The reference's series is slow. */
        private int geluStep() {
            return sums.length > 1 << 20 ? 13 : 1;
        }

        private void checkToInt8(Kernel kernel, boolean scalesTokens) {
            float[] factors = positive(5, weight.outputs, 10);
            byte[] plain = runToInt8(kernel, scalesTokens, Activation.NONE, factors);
            byte[] gelu = runToInt8(kernel, scalesTokens, Activation.GELU, factors);
            for (int i = 0; i < sums.length; i++) {
                double factor = factors[i % weight.outputs];
                double value = value(i, scalesTokens);
                same(plain[i], int8(value * factor), kernel, i, "to int8");
                if (i % geluStep() != 0) {
                    continue;
                }
                // the polynomial may cross a tie: at most to the next integer
                near(gelu[i], int8(GeluReference.gelu(value) * factor), 1, kernel, i);
            }
        }
    }

    /** Millions of values: only a wrong one is worth a description. */
    private static void same(float value, float expected, Kernel kernel, int at, String what) {
        if (value != expected) {
            assertThat(value).as("%s at %d, %s", kernel, at, what).isEqualTo(expected);
        }
    }

    private static void near(double value, double expected, double error, Kernel kernel, int at) {
        if (!(Math.abs(value - expected) <= error)) {
            assertThat(value).as("%s at %d, gelu", kernel, at).isCloseTo(expected, within(error));
        }
    }

    private static Stream<Kernel> kernels() {
        return Arrays.stream(PackedForm.values()).flatMap(Kernel::of);
    }

    // one row; one below, at and above a tile; features and inputs that end early; several rounds of tiles
    @ParameterizedTest
    @MethodSource("kernels")
    void outputsAreThoseOfPlainLoops(Kernel kernel) {
        int[][] shapes = {
            {1, 64, 64}, {191, 144, 80}, {192, 256, 128}, {257, 272, 208}, {300, 528, 1008}, {4097, 784, 64}
        };
        for (int[] shape : shapes) {
            Case.random(kernel.form(), shape[0], shape[1], shape[2], -1).check(kernel);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void everyLegalPairOfPositionsIsRead(Kernel kernel) {
        PackedForm form = kernel.form();
        for (int pair = 0; form.isSparse() && pair < PackedWeightReference.LEGAL_PAIRS; pair++) {
            PackedWeightReference weight = new PackedWeightReference(form, 192, 256, form.isInt8() ? 127 : 8, pair);
            // the identity gives the weight back
            int[] identity = new int[256 * 256];
            for (int i = 0; i < 256; i++) {
                identity[i * 257] = 1;
            }
            new Case(weight, identity).check(kernel);
        }
    }

    /** 2:4 sparse ones are half as large. */
    @Test
    void theLargestSumsAreExact() {
        PackedWeightReference weight = new PackedWeightReference(PackedForm.INT8, 64, 5120, 127, -1);
        Arrays.fill(weight.dense, 127);
        int[] in = new int[2 * 5120];
        Arrays.fill(in, 0, 5120, 127);
        Arrays.fill(in, 5120, 10240, -127);
        Case extremes = new Case(weight, in);
        assertThat(extremes.sums[0]).isEqualTo(127L * 127 * 5120);
        Kernel.of(PackedForm.INT8).forEach(extremes::check);
    }

    @ParameterizedTest
    @EnumSource(PackedForm.class)
    void theResidualMayBeTheOutputAndTheChoiceIsMadeByGpuAndShape(PackedForm form) {
        Case some = Case.random(form, 300, 256, 128, -1);
        GpuArrays.Array out = gpu.output("out", Element.BF16, some.sums.length);
        out.buffer().copyFrom(gpu.stream(), some.onGpuResidual, out.buffer().bytes());
        new PackedLinear(gpu.device())
                .applyPlus(
                        gpu.stream(),
                        some.in,
                        DeviceBuffer.NONE,
                        some.weights(false, false),
                        out.buffer(),
                        out.buffer(),
                        300);
        float[] values = gpu.floats(out);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isEqualTo(bf16(some.value(i, false) + some.residual[i]));
        }
        String entry = form.portableEntry(false) + (HopperPackedLinear.of(gpu.device()) == null ? "" : "_sm90_");
        assertThat(gpu.trace()).hasSize(1).allMatch(launched -> launched.startsWith(entry));
    }

    @Test
    void int8ResultsNeedWeightsInPairs() {
        Case some = Case.random(PackedForm.INT8, 64, 64, 64, -1);
        DeviceBuffer out = gpu.output("out", Element.BF16, 64 * 64).buffer();
        assertThatThrownBy(() -> new PackedLinear(gpu.device())
                        .apply(
                                gpu.stream(),
                                some.in,
                                some.onGpuTokenScales,
                                some.weights(true, true),
                                Activation.NONE,
                                PackedLinear.Out.bf16(out),
                                64))
                .hasMessageContaining("in pairs");
    }

    private static void integral(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.round(values[i]);
        }
    }

    private static float[] positive(long seed, int count, float scale) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (0.1f + random.nextFloat()) * scale;
        }
        return values;
    }

    private static float bf16(float value) {
        return Bfloat16.widen(Bfloat16.round(value));
    }

    private static int int8(double value) {
        return (int) Math.max(-127, Math.min(127, Math.rint(value)));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] bytes(float... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static float[] floats(int... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }
}
