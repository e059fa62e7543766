package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.PatchifyReference;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

@Tag("gpu")
class PatchifyTest {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({
        "FP32, 1, 1",
        "BF16, 1, 1024",
        "FP32, 15, 1024",
        "BF16, 16, 17",
        "FP32, 1024, 683",
        "BF16, 1024, 768",
        "FP32, 1024, 1024",
        "BF16, 1024, 1024"
    })
    void patchesOfTheNormalizedImage(Element element, int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new Random(1).nextBytes(rgb);
        RgbImage image = new RgbImage(new Size(width, height), rgb);
        GpuArrays.Array out = gpu.output("out", element, 4096L * Patchify.COLUMNS);
        Patchify kernel = new Patchify(gpu.device(), element);
        DeviceBuffer resized = gpu.bytes(rgb);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), resized, out.buffer(), image.size()), out);

        assertThat(gpu.floats(out)).isEqualTo(GpuArrays.rounded(element, PatchifyReference.patches(image)));
        assertThat(gpu.trace()).containsOnly("patchify_" + element.suffix());
    }
}
