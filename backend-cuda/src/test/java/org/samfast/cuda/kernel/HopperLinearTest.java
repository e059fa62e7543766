package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.Linear.Activation;
import org.samfast.cuda.reference.GeluReference;
import org.samfast.tensor.Bfloat16;

/** encoder/linear.cu against the portable kernel on the same GPU; that one is held against plain loops by LinearTest. */
@Tag("gpu")
class HopperLinearTest {
    /** Both round an fp32 sum to bf16 once; the sums differ by their order. */
    private static final double ERROR = 2.5e-3;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    private static @Nullable HopperLinear hopper;

    @BeforeAll
    static void onlyOnHopper() {
        hopper = HopperLinear.of(gpu.device());
        assumeTrue(hopper != null, "needs a GPU of compute capability 9.0");
    }

    /** The operands of one product, on the GPU. */
    private record Operands(
            DeviceBuffer in, DeviceBuffer weight, DeviceBuffer bias, DeviceBuffer residual, int m, int n, int k) {
        static Operands random(int m, int n, int k) {
            float[] in = GpuArrays.random(1, m * k, 1);
            // as in the residual stream of a trained SAM: one channel and one token far out
            IntStream.range(0, m).forEach(row -> in[row * k + k / 2] *= 50);
            IntStream.range(0, k).forEach(column -> in[m / 2 * k + column] *= 100);
            return new Operands(
                    gpu.of(Element.BF16, in),
                    gpu.of(Element.BF16, GpuArrays.random(2, n * k, (float) (1 / Math.sqrt(k)))),
                    gpu.floats(GpuArrays.random(3, n, 1)),
                    gpu.of(Element.BF16, GpuArrays.random(4, m * n, 1)),
                    m,
                    n,
                    k);
        }

        GpuArrays.Array out() {
            return gpu.output("out", Element.BF16, (long) m * n);
        }

        void launch(LinearTiling tiling, DeviceBuffer added, int rows, DeviceBuffer to, Activation activation) {
            Objects.requireNonNull(hopper)
                    .launch(tiling, gpu.stream(), in, weight, bias, added, rows, to, m, n, k, activation.code);
        }

        float[] portable(DeviceBuffer added, int rows, Activation activation) {
            GpuArrays.Array out = out();
            new Linear(gpu.device(), Element.BF16, null)
                    .launch(gpu.stream(), in, weight, bias, added, rows, out.buffer(), m, n, k, activation);
            return gpu.floats(out);
        }
    }

    // one row; one below, at and above a tile of 128; a cluster's second block without rows; k and n that end early
    @ParameterizedTest
    @CsvSource({
        "1, 8, 8",
        "127, 136, 72",
        "128, 192, 64",
        "129, 264, 128",
        "4097, 776, 200",
        "300, 1288, 1000",
        "1000, 768, 768"
    })
    void isThePortableKernelWithEveryTilingAndActivation(int m, int n, int k) {
        Operands operands = Operands.random(m, n, k);
        for (Activation activation : Activation.values()) {
            for (DeviceBuffer added : new DeviceBuffer[] {DeviceBuffer.NONE, operands.residual()}) {
                float[] expected = operands.portable(added, m, activation);
                float[] first = null;
                for (LinearTiling tiling : LinearTiling.values()) {
                    GpuArrays.Array out = operands.out();
                    gpu.runTwice(() -> operands.launch(tiling, added, m, out.buffer(), activation), out);
                    float[] values = gpu.floats(out);
                    assertThat(GpuArrays.relativeError(values, expected))
                            .as("%s %s", tiling, activation)
                            .isLessThan(ERROR);
                    first = first == null ? values : first;
                    assertThat(values).as("the bits of %s", tiling).isEqualTo(first);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LinearTiling.class)
    void theResidualMayBeTheOutputAndMayBeRepeated(LinearTiling tiling) {
        Operands operands = Operands.random(700, 200, 136);
        GpuArrays.Array out = operands.out();
        out.buffer().copyFrom(gpu.stream(), operands.residual(), out.buffer().bytes());
        operands.launch(tiling, out.buffer(), 700, out.buffer(), Activation.NONE);
        float[] expected = operands.portable(operands.residual(), 700, Activation.NONE);
        assertThat(GpuArrays.relativeError(gpu.floats(out), expected)).isLessThan(ERROR);
        operands.launch(tiling, operands.residual(), 128, out.buffer(), Activation.NONE);
        float[] repeated = operands.portable(operands.residual(), 128, Activation.NONE);
        assertThat(GpuArrays.relativeError(gpu.floats(out), repeated)).isLessThan(ERROR);
    }

    @Test
    void aRowsBitsDependOnThatRowAlone() {
        int n = 768;
        int k = 320;
        Operands many = Operands.random(1000, n, k);
        GpuArrays.Array all = many.out();
        many.launch(LinearTiling.TURNS_128X192, DeviceBuffer.NONE, 0, all.buffer(), Activation.GELU);
        float[] expected = gpu.floats(all);
        for (int row : new int[] {0, 127, 500, 999}) {
            Operands one = new Operands(
                    many.in().slice(2L * row * k, 2L * k), many.weight(), many.bias(), DeviceBuffer.NONE, 1, n, k);
            for (LinearTiling tiling : LinearTiling.values()) {
                GpuArrays.Array out = one.out();
                one.launch(tiling, DeviceBuffer.NONE, 0, out.buffer(), Activation.GELU);
                assertThat(gpu.floats(out)).isEqualTo(Arrays.copyOfRange(expected, row * n, (row + 1) * n));
            }
        }
    }

    /** Every bf16 value below 100 in magnitude, once: the product passes it on, and the polynomial has to be GELU. */
    @Test
    void geluIsExactForEveryInput() {
        float[] inputs = new float[65536 * 8];
        for (int i = 0; i < 65536; i++) {
            float value = Bfloat16.widen((short) i);
            inputs[8 * i] = Math.abs(value) < 100 ? value : 0;
        }
        float[] pick = new float[8 * 8];
        pick[0] = 1;
        GpuArrays.Array out = gpu.output("out", Element.BF16, 65536 * 8);
        new Operands(
                        gpu.of(Element.BF16, inputs),
                        gpu.of(Element.BF16, pick),
                        DeviceBuffer.NONE,
                        DeviceBuffer.NONE,
                        65536,
                        8,
                        8)
                .launch(LinearTiling.TURNS_128X192, DeviceBuffer.NONE, 0, out.buffer(), Activation.GELU);
        float[] values = gpu.floats(out);
        for (int i = 0; i < 65536; i++) {
            double expected = GeluReference.gelu(inputs[8 * i]);
            // the polynomial, then half a unit of bf16
            double allowed = 1.2e-4 + Math.abs(expected) * 0x1p-8;
            assertThat(Math.abs(values[8 * i] - expected))
                    .as("gelu(%s)", inputs[8 * i])
                    .isLessThanOrEqualTo(allowed);
        }
    }

    @Test
    void linearTakesItUnlessThePortableKernelsAreWanted() {
        Operands operands = Operands.random(64, 64, 64);
        GpuArrays.Array out = operands.out();
        launchByLinear(operands, out);
        assertThat(gpu.trace()).hasSize(1).allMatch(entry -> entry.startsWith("linear_bf16_sm90_"));
        System.setProperty("sam.cuda.kernels", "portable");
        try {
            launchByLinear(operands, out);
        } finally {
            System.clearProperty("sam.cuda.kernels");
        }
        assertThat(gpu.trace()).endsWith("linear_bf16");
    }

    private static void launchByLinear(Operands operands, GpuArrays.Array out) {
        new Linear(gpu.device(), Element.BF16)
                .launch(
                        gpu.stream(),
                        operands.in(),
                        operands.weight(),
                        operands.bias(),
                        DeviceBuffer.NONE,
                        1,
                        out.buffer(),
                        64,
                        64,
                        64,
                        Activation.NONE);
    }
}
