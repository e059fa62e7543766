package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.LayerNormReference;

@Tag("gpu")
class LayerNormTest {
    private static final float EPS = 1e-6f;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({
        "BF16, 1, 8, false",
        "FP32, 1, 8, true",
        "BF16, 3, 64, true",
        "FP32, 5, 64, true",
        "BF16, 4, 192, false",
        "FP32, 7, 256, false",
        "BF16, 9, 256, true",
        "BF16, 4096, 768, false",
        "FP32, 4097, 768, false",
        "BF16, 33, 1024, false",
        "FP32, 33, 1024, true",
        "BF16, 4095, 1280, false",
        "FP32, 4096, 1280, false"
    })
    void rowsAreNormalized(Element element, int rows, int channels, boolean gelu) {
        float[] in = GpuArrays.rounded(element, shifted(GpuArrays.random(1, rows * channels, 2)));
        float[] gamma = GpuArrays.random(2, channels, 1);
        float[] beta = GpuArrays.random(3, channels, 1);
        GpuArrays.Array out = gpu.output("out", element, (long) rows * channels);
        LayerNorm kernel = new LayerNorm(gpu.device(), element);
        DeviceBuffer x = gpu.of(element, in);
        DeviceBuffer scale = gpu.floats(gamma);
        DeviceBuffer shift = gpu.floats(beta);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), x, scale, shift, out.buffer(), rows, channels, EPS, gelu), out);

        double[] reference = LayerNormReference.normalize(in, gamma, beta, EPS, gelu);
        assertThat(GpuArrays.relativeError(gpu.floats(out), reference))
                .isLessThan(element == Element.BF16 ? 0x1p-9 : 2e-6);
        assertThat(gpu.trace()).containsOnly("layer_norm_" + element.suffix());
    }

    /** A mean that is not zero, as the residual stream has. */
    private static float[] shifted(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] += 3;
        }
        return values;
    }
}
