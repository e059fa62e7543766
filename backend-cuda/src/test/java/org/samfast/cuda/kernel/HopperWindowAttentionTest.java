package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;

/** encoder/window_attention.cu against plain loops, and against the portable kernel on the same GPU. */
@Tag("gpu")
class HopperWindowAttentionTest {
    private static final int TOKENS = AttentionCase.TOKENS;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @BeforeAll
    static void onlyOnHopper() {
        assumeTrue(HopperWindowAttention.of(gpu.device(), 1, 64) != null, "needs a GPU of compute capability 9.0");
    }

    /** The operands on the GPU. */
    private record Operands(
            int heads, int headDim, DeviceBuffer qkv, DeviceBuffer bias, DeviceBuffer relH, DeviceBuffer relW) {
        static Operands of(int heads, int headDim, float... qkv) {
            return new Operands(
                    heads,
                    headDim,
                    gpu.of(Element.BF16, qkv),
                    gpu.floats(GpuArrays.random(2, 3 * heads * headDim, 1)),
                    gpu.of(Element.BF16, GpuArrays.random(3, 27 * headDim, 0.3f)),
                    gpu.of(Element.BF16, GpuArrays.random(4, 27 * headDim, 0.3f)));
        }

        GpuArrays.Array out(int images) {
            return gpu.output("out", Element.BF16, (long) images * TOKENS * heads * headDim);
        }

        float[] hopper(int images) {
            WindowAttention kernel = new WindowAttention(gpu.device(), Element.BF16, heads, headDim);
            GpuArrays.Array out = out(images);
            gpu.runTwice(() -> launch(kernel, out, images), out);
            assertThat(gpu.trace()).last().isEqualTo("window_attention_hd" + headDim + "_bf16_sm90");
            return gpu.floats(out);
        }

        byte[] toInt8(int images, float... factors) {
            WindowAttention kernel = new WindowAttention(gpu.device(), Element.BF16, heads, headDim);
            GpuArrays.Array out = gpu.outputBytes("out", (long) images * TOKENS * heads * headDim);
            DeviceBuffer by = gpu.floats(factors);
            gpu.runTwice(() -> kernel.launchToInt8(gpu.stream(), qkv, bias, relH, relW, by, out.buffer(), images), out);
            assertThat(gpu.trace()).last().isEqualTo("window_attention_hd" + headDim + "_int8_sm90");
            return gpu.bytes(out.buffer());
        }

        float[] portable(int images) {
            GpuArrays.Array out = out(images);
            launch(new WindowAttention(gpu.device(), Element.BF16, heads, headDim, null), out, images);
            assertThat(gpu.trace()).last().isEqualTo("window_attention_hd" + headDim + "_bf16");
            return gpu.floats(out);
        }

        private void launch(WindowAttention kernel, GpuArrays.Array out, int images) {
            kernel.launch(gpu.stream(), qkv, bias, relH, relW, out.buffer(), images);
        }
    }

    // fewer units than multiprocessors, and several a block
    @ParameterizedTest
    @CsvSource({"1, 64, 1", "3, 64, 2", "1, 80, 1", "4, 80, 2"})
    void everyTokenOfEveryWindow(int heads, int headDim, int images) {
        AttentionCase inputs = AttentionCase.of(Element.BF16, 14, heads, headDim, images);
        Operands operands = new Operands(
                heads,
                headDim,
                inputs.qkv(gpu),
                gpu.floats(inputs.reference().bias()),
                inputs.relH(gpu),
                inputs.relW(gpu));
        assertThat(inputs.error(operands.hopper(images), 1)).isLessThan(AttentionCase.tolerance(Element.BF16));
    }

    @ParameterizedTest
    @CsvSource({"12, 64, 3", "16, 80, 3"})
    void isThePortableKernelOfWholeModels(int heads, int headDim, int images) {
        float[] qkv = GpuArrays.random(1, images * TOKENS * 3 * heads * headDim, 1);
        // as in the residual stream of a trained SAM: one channel and a few tokens far out, one of them in the corner
        for (int i = headDim / 2; i < qkv.length; i += headDim) {
            qkv[i] *= 20;
        }
        int row = 3 * heads * headDim;
        for (int token : new int[] {0, 17 * 64 + 31, 63 * 64 + 63}) {
            for (int i = token * row; i < (token + 1) * row; i++) {
                qkv[i] *= 30;
            }
        }
        Operands operands = Operands.of(heads, headDim, qkv);
        assertThat(GpuArrays.relativeError(operands.hopper(images), operands.portable(images)))
                .isLessThan(AttentionCase.tolerance(Element.BF16));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80})
    void anImagesBitsDoNotDependOnTheOthers(int headDim) {
        int heads = 6;
        int perImage = TOKENS * 3 * heads * headDim;
        Operands many = Operands.of(heads, headDim, GpuArrays.random(5, 3 * perImage, 1));
        float[] expected = many.hopper(3);
        int outPerImage = TOKENS * heads * headDim;
        for (int image = 0; image < 3; image++) {
            DeviceBuffer qkv = many.qkv().slice(2L * image * perImage, 2L * perImage);
            Operands one = new Operands(heads, headDim, qkv, many.bias(), many.relH(), many.relW());
            assertThat(one.hopper(1))
                    .as("image %s", image)
                    .isEqualTo(Arrays.copyOfRange(expected, image * outPerImage, (image + 1) * outPerImage));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 80})
    void int8ResultsAreThoseOfBf16Quantised(int headDim) {
        int heads = 3;
        Operands operands = Operands.of(heads, headDim, GpuArrays.random(7, 2 * TOKENS * 3 * heads * headDim, 1));
        float[] expected = operands.hopper(2);
        float[] factors = GpuArrays.random(8, heads * headDim, 200);
        byte[] values = operands.toInt8(2, factors);
        byte[] quantised = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            float scaled = expected[i] * factors[i % factors.length];
            quantised[i] = (byte) Math.max(-127, Math.min(127, Math.rint(scaled)));
        }
        assertThat(values).isEqualTo(quantised);
        assertThat(values).contains((byte) 127, (byte) -127);
    }

    @Test
    void thePortableKernelIsTakenWhereItIsWanted() {
        Operands operands = Operands.of(1, 64, GpuArrays.random(6, TOKENS * 3 * 64, 1));
        System.setProperty("sam.cuda.kernels", "portable");
        try {
            GpuArrays.Array out = operands.out(1);
            operands.launch(new WindowAttention(gpu.device(), Element.BF16, 1, 64), out, 1);
        } finally {
            System.clearProperty("sam.cuda.kernels");
        }
        assertThat(gpu.trace()).containsExactly("window_attention_hd64_bf16");
    }
}
