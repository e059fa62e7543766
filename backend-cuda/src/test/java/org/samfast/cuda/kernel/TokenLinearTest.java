package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.kernel.TokenLinear.Form;
import org.samfast.cuda.reference.TokenLinearReference;

@Tag("gpu")
class TokenLinearTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    /** Linears of random numbers, rows and parts a little apart. */
    private record Case(Element element, Form form, int parts, int rows, int n, int k, boolean extras, boolean relu) {
        int inStride() {
            return k + 8;
        }

        int inPart() {
            return rows * inStride() + 16;
        }

        int outStride() {
            return n + 3;
        }

        int outPart() {
            return rows * outStride() + 5;
        }

        /** All parts but the last, if there are several: those that have the addend. */
        int addedParts() {
            return Math.max(1, parts - 1);
        }

        Element in() {
            return form == Form.REDUCE ? element : Element.FP32;
        }

        Element out() {
            return form == Form.EXPAND ? element : Element.FP32;
        }
    }

    /** Rows below and above both tiles and the change of tiling, features and inputs of SAM and odd ones. */
    @ParameterizedTest
    @CsvSource({
        "FP32, LINEAR, 1, 1, 4, 256, false, false",
        "FP32, LINEAR, 5, 7, 32, 256, true, true",
        "FP32, EXPAND, 1, 9, 2048, 256, false, true",
        "FP32, REDUCE, 1, 65, 256, 2048, false, true",
        "FP32, LINEAR, 2, 256, 128, 256, true, false",
        "FP32, LINEAR, 2, 257, 33, 288, true, true",
        "FP32, LINEAR, 1, 1024, 256, 128, true, false",
        "BF16, LINEAR, 1, 1, 4, 256, false, false",
        "BF16, LINEAR, 3, 7, 256, 256, true, false",
        "BF16, LINEAR, 2, 17, 33, 96, true, true",
        "BF16, LINEAR, 1, 256, 256, 128, true, false",
        "BF16, LINEAR, 3, 257, 256, 256, true, false",
        "BF16, LINEAR, 2, 300, 33, 96, true, true",
        "BF16, LINEAR, 1, 1792, 256, 128, true, false",
        "BF16, EXPAND, 1, 7, 2048, 256, false, true",
        "BF16, EXPAND, 1, 300, 2048, 256, false, true",
        "BF16, REDUCE, 1, 7, 256, 2048, true, false",
        "BF16, REDUCE, 1, 40, 33, 288, true, true",
        "BF16, REDUCE, 1, 33, 64, 4640, false, false",
        "BF16, REDUCE, 1, 300, 256, 2048, true, false",
        "BF16, REDUCE, 1, 257, 65, 4640, false, true"
    })
    void linearsOfRowsThatAreApart(
            Element element, Form form, int parts, int rows, int n, int k, boolean extras, boolean relu) {
        Case sizes = new Case(element, form, parts, rows, n, k, extras, relu);
        float[] in = GpuArrays.random(1, parts * sizes.inPart(), 1);
        boolean adds = extras && form != Form.REDUCE;
        float[] addend = GpuArrays.random(2, parts * sizes.inPart(), 1);
        float[] residual = GpuArrays.random(3, parts * sizes.outPart(), 1);
        float[] weight = GpuArrays.random(4, parts * n * k, 0.1f);
        float[] bias = GpuArrays.random(5, parts * n, 1);
        boolean keeps = extras && form != Form.EXPAND;
        GpuArrays.Array out = gpu.output("out", sizes.out(), (long) parts * sizes.outPart());
        launch(
                sizes,
                gpu.of(sizes.in(), in),
                adds ? gpu.floats(addend) : DeviceBuffer.NONE,
                new StackedLinears(gpu.of(element, weight), gpu.floats(bias), parts, n, k),
                keeps ? gpu.floats(residual) : DeviceBuffer.NONE,
                out);

        float[] got = gpu.floats(out);
        float[] written = new float[parts * rows * n];
        double[] reference = new double[parts * rows * n];
        float[] factors = GpuArrays.rounded(element, weight);
        for (int row = 0; row < parts * rows; row++) {
            int part = row / rows;
            float[] input = new float[k];
            int from = part * sizes.inPart() + row % rows * sizes.inStride();
            for (int i = 0; i < k; i++) {
                input[i] = in[from + i] + (adds && part < sizes.addedParts() ? addend[from + i] : 0);
            }
            double[] wanted = TokenLinearReference.row(
                    widened(GpuArrays.rounded(element, input)),
                    Arrays.copyOfRange(factors, part * n * k, (part + 1) * n * k),
                    Arrays.copyOfRange(bias, part * n, (part + 1) * n),
                    relu);
            int to = part * sizes.outPart() + row % rows * sizes.outStride();
            for (int i = 0; i < n; i++) {
                reference[row * n + i] = wanted[i] + (keeps ? residual[to + i] : 0);
                written[row * n + i] = got[to + i];
            }
            assertThat(Arrays.copyOfRange(got, to + n, to + sizes.outStride()))
                    .as("what lies behind row %s", row)
                    .containsOnly(Float.NaN);
        }
        assertThat(GpuArrays.relativeError(written, reference)).isLessThan(Tolerance.stored(sizes.out()));
        boolean large = element == Element.BF16 && form != Form.REDUCE && k <= 256 && n * sizes.parts() >= 768;
        String tiling = rows <= 256 ? "few" : large ? "large" : "many";
        assertThat(gpu.trace())
                .containsOnly(
                        element == Element.FP32
                                ? "token_linear_" + tiling
                                : "token_" + form.name().toLowerCase(Locale.ROOT) + "_bf16_" + tiling);
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    @ParameterizedTest
    @CsvSource({"FP32, REDUCE, 2048", "BF16, REDUCE, 2048", "BF16, LINEAR, 256", "BF16, LINEAR, 128"})
    void aRowsBitsDependOnNoOtherRow(Element element, Form form, int k) {
        int n = 256;
        int some = 13;
        float[] in = GpuArrays.random(1, 500 * k, 1);
        Case many = new Case(element, form, 1, 500, n, k, false, false);
        Case few = new Case(element, form, 1, some, n, k, false, false);
        StackedLinears linear = new StackedLinears(
                gpu.of(element, GpuArrays.random(2, n * k, 0.1f)), gpu.floats(GpuArrays.random(3, n, 1)), 1, n, k);
        GpuArrays.Array all = gpu.output("all", Element.FP32, 500L * n);
        GpuArrays.Array part = gpu.output("some", Element.FP32, (long) some * n);
        launchDense(many, gpu.of(few.in(), in), linear, all);
        launchDense(few, gpu.of(few.in(), Arrays.copyOfRange(in, 91 * k, (91 + some) * k)), linear, part);

        assertThat(gpu.floats(part)).isEqualTo(Arrays.copyOfRange(gpu.floats(all), 91 * n, (91 + some) * n));
        assertThat(gpu.trace())
                .hasSize(4)
                .anyMatch(name -> name.endsWith("many"))
                .anyMatch(name -> name.endsWith("few"));
    }

    private void launchDense(Case sizes, DeviceBuffer in, StackedLinears linear, GpuArrays.Array out) {
        TokenRows from = new TokenRows(in, sizes.k(), 0);
        TokenRows to = new TokenRows(out.buffer(), sizes.n(), 0);
        launch(sizes, from, DeviceBuffer.NONE, linear, DeviceBuffer.NONE, to, out);
    }

    private void launch(
            Case sizes,
            DeviceBuffer in,
            DeviceBuffer addend,
            StackedLinears linears,
            DeviceBuffer residual,
            GpuArrays.Array out) {
        TokenRows from = new TokenRows(in, sizes.inStride(), sizes.inPart());
        TokenRows to = new TokenRows(out.buffer(), sizes.outStride(), sizes.outPart());
        launch(sizes, from, addend, linears, residual, to, out);
    }

    private void launch(
            Case sizes,
            TokenRows in,
            DeviceBuffer addend,
            StackedLinears linears,
            DeviceBuffer residual,
            TokenRows to,
            GpuArrays.Array out) {
        TokenLinear kernel = new TokenLinear(gpu.device(), sizes.element());
        gpu.runTwice(
                () -> kernel.launch(
                        gpu.stream(),
                        sizes.form(),
                        in,
                        addend,
                        sizes.addedParts(),
                        linears,
                        residual,
                        to,
                        sizes.rows(),
                        sizes.relu()),
                out);
    }

    @Test
    void onlyWhatLiesBetweenTwoLinearsIsLong() {
        DeviceBuffer some = gpu.of(Element.BF16, new float[512]);
        StackedLinears linear = new StackedLinears(some, some, 1, 1, 512);
        Case sizes = new Case(Element.BF16, Form.LINEAR, 1, 1, 1, 512, false, false);
        assertThatThrownBy(() -> launchDense(sizes, some, linear, gpu.output("out", Element.FP32, 1)))
                .hasMessageContaining("expected at most 256 inputs, got 512");
    }
}
