package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.TokenLinearReference;

@Tag("gpu")
class TokenLinearTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    /** Rows below and above both tiles and the change of tiling, features and inputs of SAM and odd ones. */
    @ParameterizedTest
    @CsvSource({
        "1, 4, 256, false, false",
        "7, 32, 256, true, true",
        "8, 256, 256, true, false",
        "9, 2048, 256, false, true",
        "65, 256, 2048, true, true",
        "256, 128, 256, true, false",
        "257, 33, 288, true, true",
        "300, 4, 128, false, true",
        "1024, 256, 128, true, false"
    })
    void linearOfRowsThatAreApart(int rows, int n, int k, boolean extras, boolean relu) {
        int inStride = k + 8;
        int outStride = n + 3;
        float[] in = GpuArrays.random(1, rows * inStride, 1);
        float[] addend = GpuArrays.random(2, rows * inStride, 1);
        float[] residual = GpuArrays.random(3, rows * outStride, 1);
        float[] weight = GpuArrays.random(4, n * k, 0.1f);
        float[] bias = GpuArrays.random(5, n, 1);
        GpuArrays.Array out = gpu.output("out", Element.FP32, (long) rows * outStride);
        launch(in, extras ? addend : null, weight, bias, extras ? residual : null, out, rows, k, inStride, relu);

        float[] got = gpu.floats(out);
        float[] written = new float[rows * n];
        double[] reference = new double[rows * n];
        for (int row = 0; row < rows; row++) {
            double[] input = new double[k];
            for (int i = 0; i < k; i++) {
                input[i] = in[row * inStride + i] + (extras ? addend[row * inStride + i] : 0);
            }
            double[] wanted = TokenLinearReference.row(input, weight, bias, relu);
            for (int i = 0; i < n; i++) {
                reference[row * n + i] = wanted[i] + (extras ? residual[row * outStride + i] : 0);
                written[row * n + i] = got[row * outStride + i];
            }
            assertThat(Arrays.copyOfRange(got, row * outStride + n, (row + 1) * outStride))
                    .as("what lies behind row %s", row)
                    .containsOnly(Float.NaN);
        }
        assertThat(GpuArrays.relativeError(written, reference)).isLessThan(Tolerance.SUMMED);
        assertThat(gpu.trace()).containsOnly(rows <= 256 ? "token_linear_few" : "token_linear_many");
    }

    @Test
    void aRowsBitsDependOnNoOtherRow() {
        int n = 256;
        int k = 2048;
        float[] in = GpuArrays.random(1, 500 * k, 1);
        float[] weight = GpuArrays.random(2, n * k, 0.1f);
        float[] bias = GpuArrays.random(3, n, 1);
        GpuArrays.Array all = gpu.output("all", Element.FP32, 500L * n);
        launch(in, null, weight, bias, null, all, 500, k, k, false);
        GpuArrays.Array some = gpu.output("some", Element.FP32, 13L * n);
        launch(Arrays.copyOfRange(in, 91 * k, 104 * k), null, weight, bias, null, some, 13, k, k, false);

        assertThat(gpu.floats(some)).isEqualTo(Arrays.copyOfRange(gpu.floats(all), 91 * n, 104 * n));
        assertThat(gpu.trace())
                .containsExactly("token_linear_many", "token_linear_many", "token_linear_few", "token_linear_few");
    }

    private void launch(
            float[] in,
            float @Nullable [] addend,
            float[] weight,
            float[] bias,
            float @Nullable [] residual,
            GpuArrays.Array out,
            int rows,
            int k,
            int inStride,
            boolean relu) {
        TokenLinear kernel = new TokenLinear(gpu.device());
        DeviceBuffer input = gpu.floats(in);
        DeviceBuffer added = addend == null ? DeviceBuffer.NONE : gpu.floats(addend);
        DeviceBuffer matrix = gpu.floats(weight);
        DeviceBuffer biases = gpu.floats(bias);
        DeviceBuffer kept = residual == null ? DeviceBuffer.NONE : gpu.floats(residual);
        int n = bias.length;
        int outStride = Math.toIntExact(out.buffer().bytes() / Float.BYTES / rows);
        gpu.runTwice(
                () -> kernel.launch(
                        gpu.stream(),
                        input,
                        added,
                        matrix,
                        biases,
                        kept,
                        out.buffer(),
                        rows,
                        n,
                        k,
                        inStride,
                        outStride,
                        relu),
                out);
    }
}
