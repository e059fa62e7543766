package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

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
}
