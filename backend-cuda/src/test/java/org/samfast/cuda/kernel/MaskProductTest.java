package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.MaskProductReference;

@Tag("gpu")
class MaskProductTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"BF16, 1", "FP32, 1", "BF16, 3", "FP32, 3"})
    void everyPixelTimesEveryVector(Element element, int pairs) {
        float[] upscaled = GpuArrays.rounded(element, GpuArrays.random(1, pairs * 256 * 256 * 32, 1));
        float[] hyper = GpuArrays.random(2, pairs * 4 * 32, 1);
        GpuArrays.Array logits = gpu.output("logits", Element.FP32, pairs * 4L * 256 * 256);
        MaskProduct kernel = new MaskProduct(gpu.device(), element);
        DeviceBuffer pixels = gpu.of(element, upscaled);
        DeviceBuffer vectors = gpu.floats(hyper);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), pixels, vectors, logits.buffer(), pairs), logits);

        assertThat(GpuArrays.relativeError(gpu.floats(logits), MaskProductReference.logits(upscaled, hyper, pairs)))
                .isLessThan(Tolerance.SUMMED);
        assertThat(gpu.trace()).containsOnly("mask_product_" + element.suffix());
    }
}
