package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;

@Tag("gpu")
class QuantizeTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"1, 8", "3, 192", "255, 768", "4096, 1280"})
    void valuesAreMultipliedRoundedToEvenAndLimited(int rows, int channels) {
        float[] in = GpuArrays.rounded(Element.BF16, GpuArrays.random(1, rows * channels, 2));
        float[] factors = GpuArrays.random(2, channels, 30);
        // ties, and what lies outside
        float[] special = {0.5f, 1.5f, -2.5f, 127.5f, -200, 1e30f, -1e30f, 0};
        System.arraycopy(special, 0, in, 0, special.length);
        for (int i = 0; i < special.length; i++) {
            factors[i] = 1;
        }
        DeviceBuffer x = gpu.of(Element.BF16, in);
        DeviceBuffer by = gpu.floats(factors);
        GpuArrays.Array out = gpu.outputBytes("out", in.length);
        Quantize quantize = new Quantize(gpu.device());
        gpu.runTwice(() -> quantize.launch(gpu.stream(), x, by, out.buffer(), rows, channels), out);
        byte[] values = gpu.bytes(out.buffer());
        for (int i = 0; i < values.length; i++) {
            double expected = Math.max(-127, Math.min(127, Math.rint(in[i] * factors[i % channels])));
            assertThat(values[i])
                    .as("%s times %s", in[i], factors[i % channels])
                    .isEqualTo((byte) expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 8", "3, 192", "255, 1024", "33, 1032", "4096, 1280", "257, 5120"})
    void theLargestOfEachRowBecomes127(int rows, int channels) {
        float[] in = GpuArrays.rounded(Element.BF16, GpuArrays.random(1, rows * channels, 2));
        int zeros = rows / 2 * channels; // a row of zeros where there are several
        Arrays.fill(in, zeros, zeros + (rows > 1 ? channels : 0), 0);
        DeviceBuffer x = gpu.of(Element.BF16, in);
        GpuArrays.Array out = gpu.outputBytes("out", in.length);
        GpuArrays.Array scales = gpu.output("scales", Element.FP32, rows);
        Quantize quantize = new Quantize(gpu.device());
        gpu.runTwice(() -> quantize.byRow(gpu.stream(), x, out.buffer(), scales.buffer(), rows, channels), out, scales);
        byte[] values = gpu.bytes(out.buffer());
        float[] steps = gpu.floats(scales);
        for (int row = 0; row < rows; row++) {
            float largest = 0;
            for (int i = row * channels; i < (row + 1) * channels; i++) {
                largest = Math.max(largest, Math.abs(in[i]));
            }
            assertThat(steps[row]).isEqualTo(largest == 0 ? 1 : largest / 127);
            for (int i = row * channels; i < (row + 1) * channels; i++) {
                // the kernel rounds the product once, to an integer
                double exact = largest == 0 ? 0 : (double) in[i] * (127 / largest);
                assertThat(values[i]).isEqualTo((byte) Math.rint(exact));
            }
        }
    }
}
