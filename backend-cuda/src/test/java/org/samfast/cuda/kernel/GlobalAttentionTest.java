package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;

@Tag("gpu")
class GlobalAttentionTest {
    /** Prime, so that it meets every row of a tile; the reference costs 4096 keys a token. */
    private static final int STEP = 61;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({
        "BF16, 1, 64, 2",
        "BF16, 2, 64, 1",
        "BF16, 1, 80, 2",
        "BF16, 2, 80, 1",
        "FP32, 1, 64, 2",
        "FP32, 2, 80, 1",
        "FP32, 1, 24, 1"
    })
    void tokensAcrossTheImages(Element element, int heads, int headDim, int images) {
        AttentionCase inputs = AttentionCase.of(element, 64, heads, headDim, images);
        GlobalAttention kernel =
                new GlobalAttention(gpu.device(), new AttentionShape(element, 64, heads, headDim), null);
        GpuArrays.Array out = inputs.out(gpu);
        DeviceBuffer qkv = inputs.qkv(gpu);
        DeviceBuffer relH = inputs.relH(gpu);
        DeviceBuffer relW = inputs.relW(gpu);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), qkv, relH, relW, out.buffer(), images), out);

        float[] values = gpu.floats(out);
        assertThat(values).doesNotContain(Float.NaN);
        assertThat(inputs.error(values, STEP)).isLessThan(AttentionCase.tolerance(element));
        String suffix = element == Element.BF16 ? "_hd" + headDim + "_bf16" : "_fp32";
        assertThat(gpu.trace()).containsOnly("global_attention" + suffix);
    }
}
