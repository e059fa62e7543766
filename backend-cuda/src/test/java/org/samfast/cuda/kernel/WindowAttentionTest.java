package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;

@Tag("gpu")
class WindowAttentionTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({
        "BF16, 1, 64, 1", "BF16, 3, 64, 2", "BF16, 1, 80, 1", "BF16, 3, 80, 2",
        "FP32, 1, 8, 1", "FP32, 2, 64, 2", "FP32, 2, 80, 1", "FP32, 1, 128, 1"
    })
    void everyTokenOfEveryWindow(Element element, int heads, int headDim, int images) {
        AttentionCase inputs = AttentionCase.of(element, 14, heads, headDim, images);
        WindowAttention kernel = new WindowAttention(gpu.device(), element, heads, headDim, null);
        GpuArrays.Array out = inputs.out(gpu);
        DeviceBuffer qkv = inputs.qkv(gpu);
        DeviceBuffer bias = gpu.floats(inputs.reference().bias());
        DeviceBuffer relH = inputs.relH(gpu);
        DeviceBuffer relW = inputs.relW(gpu);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), qkv, bias, relH, relW, out.buffer(), images), out);

        assertThat(inputs.error(gpu.floats(out), 1)).isLessThan(AttentionCase.tolerance(element));
        String suffix = element == Element.BF16 ? "_hd" + headDim + "_bf16" : "_fp32";
        assertThat(gpu.trace()).containsOnly("window_attention" + suffix);
    }
}
