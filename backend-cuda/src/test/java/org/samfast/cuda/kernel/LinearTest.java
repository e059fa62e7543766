package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.LinearReference;

/** The portable kernel and the one in fp32, on any GPU. */
@Tag("gpu")
class LinearTest {
    /** Half a unit in the last place of bf16, on average over values of all sizes; fp32 sums in another order than ours. */
    private static final double BF16_ERROR = 2.5e-3;

    private static final double FP32_ERROR = 1e-5;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    // one row; one below, at and above the tile of 128; slices of 64 along k that end early; SAM's own widths
    @ParameterizedTest
    @CsvSource({
        "BF16, 1, 8, 8", "BF16, 127, 136, 72", "BF16, 128, 128, 64", "BF16, 129, 120, 128", "BF16, 300, 264, 200",
        "BF16, 64, 256, 2304", "BF16, 200, 192, 768", "BF16, 130, 1280, 320", "FP32, 1, 8, 8", "FP32, 127, 136, 72",
        "FP32, 128, 128, 16", "FP32, 129, 120, 128", "FP32, 64, 256, 2304", "FP32, 130, 1280, 320"
    })
    void isTheReferenceWithEveryActivation(Element element, int m, int n, int k) {
        for (Linear.Activation activation : Linear.Activation.values()) {
            check(element, m, n, k, m, activation, true);
        }
    }

    @ParameterizedTest
    @CsvSource({"BF16", "FP32"})
    void theResidualIsRepeatedAndTheBiasMayBeAbsent(Element element) {
        check(element, 150, 72, 40, 50, Linear.Activation.NONE, true);
        check(element, 150, 72, 40, 0, Linear.Activation.NONE, false);
        check(element, 150, 72, 40, 0, Linear.Activation.GELU, true);
    }

    private static void check(
            Element element, int m, int n, int k, int residualRows, Linear.Activation activation, boolean biased) {
        float[] in = GpuArrays.rounded(element, GpuArrays.random(1, m * k, 1));
        float[] weight = GpuArrays.rounded(element, GpuArrays.random(2, n * k, (float) (1 / Math.sqrt(k))));
        float[] bias = biased ? GpuArrays.random(3, n, 1) : new float[0];
        float[] residual = GpuArrays.rounded(element, GpuArrays.random(4, residualRows * n, 1));
        GpuArrays.Array out = gpu.output("out", element, (long) m * n);
        DeviceBuffer x = gpu.of(element, in);
        DeviceBuffer w = gpu.of(element, weight);
        DeviceBuffer b = biased ? gpu.floats(bias) : DeviceBuffer.NONE;
        DeviceBuffer r = residualRows > 0 ? gpu.of(element, residual) : DeviceBuffer.NONE;
        Linear linear = new Linear(gpu.device(), element, null);
        gpu.runTwice(
                () -> linear.launch(
                        gpu.stream(), x, w, b, r, Math.max(1, residualRows), out.buffer(), m, n, k, activation),
                out);
        assertThat(gpu.trace()).contains("linear_" + element.suffix());
        double[] expected = LinearReference.of(in, weight, bias, residual, m, n, k, activation);
        assertThat(GpuArrays.relativeError(gpu.floats(out), expected))
                .as("%s %dx%dx%d %s", element, m, n, k, activation)
                .isLessThan(element == Element.BF16 ? BF16_ERROR : FP32_ERROR);
    }

    @Test
    void theOutputMayBeTheResidual() {
        float[] values = GpuArrays.rounded(Element.BF16, GpuArrays.random(5, 130 * 64, 1));
        float[] weight = GpuArrays.rounded(Element.BF16, GpuArrays.random(6, 64 * 64, 0.1f));
        DeviceBuffer x = gpu.of(Element.BF16, values);
        GpuArrays.Array out = gpu.output("out", Element.BF16, 130 * 64);
        out.buffer().copyFrom(gpu.stream(), x, out.buffer().bytes());
        new Linear(gpu.device(), Element.BF16, null)
                .launch(
                        gpu.stream(),
                        x,
                        gpu.of(Element.BF16, weight),
                        DeviceBuffer.NONE,
                        out.buffer(),
                        130,
                        out.buffer(),
                        130,
                        64,
                        64,
                        Linear.Activation.NONE);
        double[] expected =
                LinearReference.of(values, weight, new float[0], values, 130, 64, 64, Linear.Activation.NONE);
        assertThat(GpuArrays.relativeError(gpu.floats(out), expected)).isLessThan(BF16_ERROR);
    }

    @Test
    void aBufferThatIsTooSmallIsRefusedBeforeTheLaunch() {
        DeviceBuffer small = gpu.of(Element.BF16, GpuArrays.random(7, 64, 1));
        Linear linear = new Linear(gpu.device(), Element.BF16, null);
        assertThatThrownBy(() -> linear.launch(
                        gpu.stream(),
                        small,
                        small,
                        DeviceBuffer.NONE,
                        DeviceBuffer.NONE,
                        1,
                        small,
                        16,
                        8,
                        8,
                        Linear.Activation.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in: expected");
    }
}
