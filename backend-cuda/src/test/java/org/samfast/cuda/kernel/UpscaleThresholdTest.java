package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskRequest;
import org.samfast.mask.MaskUpscale;
import org.samfast.mask.ScoredMask;

@Tag("gpu")
class UpscaleThresholdTest {
    private static final int PLANE = LowResLogits.SIDE * LowResLogits.SIDE;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2000", "2000, 3", "37, 53", "800, 534", "1800, 1200", "1024, 1024", "5000, 1"})
    void theSameBitsAsInJava(int width, int height) {
        float[] logits = GpuArrays.random(1, 2 * LowResLogits.MASKS * PLANE, 1);
        // Of one size and either sign: where they meet, many sums are 0 or not by their last bit.
        for (int i = 0; i < PLANE; i++) {
            logits[i] = Math.copySign(0.1f, logits[i]);
        }
        Size size = new Size(width, height);
        MaskPrediction prediction =
                new MaskPrediction(size, new LowResLogits(logits, 2), new float[2 * LowResLogits.MASKS]);
        List<ScoredMask> masks = MaskUpscale.finish(prediction, new MaskRequest(List.of(List.of(3, 0), List.of(1))));

        int area = Math.toIntExact(size.area());
        GpuArrays.Array out = gpu.outputBytes("masks", 3L * area);
        UpscaleThreshold kernel = new UpscaleThreshold(gpu.device());
        DeviceBuffer planes = gpu.ints(3, 0, LowResLogits.MASKS + 1);
        DeviceBuffer values = gpu.floats(logits);
        ResizeLongestSide frame = ResizeLongestSide.of(size);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), values, planes, out.buffer(), 3, frame), out);

        byte[] got = gpu.bytes(out.buffer());
        for (int mask = 0; mask < 3; mask++) {
            byte[] own = Arrays.copyOfRange(got, mask * area, (mask + 1) * area);
            assertThat(Arrays.mismatch(own, masks.get(mask).mask().pixels()))
                    .as("first pixel of mask %s that differs", mask)
                    .isEqualTo(-1);
        }
        assertThat(gpu.trace()).containsOnly("upscale_threshold");
    }
}
