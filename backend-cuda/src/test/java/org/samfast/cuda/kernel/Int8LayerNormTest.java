package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.LayerNormReference;

@Tag("gpu")
class Int8LayerNormTest {
    private static final float EPS = 1e-6f;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"1, 8", "3, 64", "4, 192", "4097, 768", "33, 1024", "40001, 520", "4095, 1280"})
    void rowsAreNormalizedAndTheLargestOfEachBecomes127(int rows, int channels) {
        float[] in = GpuArrays.rounded(Element.BF16, GpuArrays.random(1, rows * channels, 2));
        float[] gamma = GpuArrays.random(2, channels, 1);
        float[] beta = GpuArrays.random(3, channels, 1);
        byte[] out = new byte[rows * channels];
        float[] scales = run(in, gamma, beta, out);

        double[] reference = LayerNormReference.normalize(in, gamma, beta, EPS, false);
        for (int row = 0; row < rows; row++) {
            double[] values = Arrays.copyOfRange(reference, row * channels, (row + 1) * channels);
            double scale = Arrays.stream(values).map(Math::abs).max().orElseThrow() / 127;
            assertThat(scales[row] / scale).as("scale of row %d", row).isBetween(1 - 1e-5, 1 + 1e-5);
            for (int c = 0; c < channels; c++) {
                // half a step, and what fp32 adds to it
                assertThat(Math.abs(out[row * channels + c] - values[c] / scale))
                        .isLessThan(0.501);
            }
        }
        assertThat(gpu.trace()).containsOnly("layer_norm_int8_" + Math.max(768, Math.ceilDiv(channels, 256) * 256));
    }

    @ParameterizedTest
    @CsvSource({"5, 64"})
    void aRowOfZerosHasTheScale1(int rows, int channels) {
        byte[] out = new byte[rows * channels];
        float[] zeros = new float[channels];
        assertThat(run(GpuArrays.random(1, rows * channels, 1), zeros, zeros, out))
                .containsOnly(1);
        assertThat(out).containsOnly((byte) 0);
    }

    private static float[] run(float[] in, float[] gamma, float[] beta, byte[] to) {
        int channels = gamma.length;
        int rows = in.length / channels;
        GpuArrays.Array out = gpu.outputBytes("out", to.length);
        GpuArrays.Array scales = gpu.output("scales", Element.FP32, rows);
        DeviceBuffer x = gpu.of(Element.BF16, in);
        DeviceBuffer scale = gpu.floats(gamma);
        DeviceBuffer shift = gpu.floats(beta);
        Int8LayerNorm kernel = new Int8LayerNorm(gpu.device());
        gpu.runTwice(
                () -> kernel.launch(gpu.stream(), x, scale, shift, out.buffer(), scales.buffer(), rows, channels, EPS),
                out,
                scales);
        System.arraycopy(gpu.bytes(out.buffer()), 0, to, 0, to.length);
        return gpu.floats(scales);
    }
}
