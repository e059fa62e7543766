package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.image.Size;
import org.samfast.mask.LowResLogits;
import org.samfast.mask.MaskPrediction;

@Tag("gpu")
class ChooseMasksTest {
    private static final int PAIRS = 131;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @Test
    void theBestOfThreeIsThatOfThePredictionAndTheFirstOfEquals() {
        float[] iou = GpuArrays.random(21, 4 * PAIRS, 1);
        iou[1] = iou[2] = iou[3] = 0.5f;
        iou[4 + 2] = iou[4 + 3] = 9;
        int[] wanted = new int[2 * PAIRS];
        int[] expected = new int[2 * PAIRS];
        MaskPrediction prediction =
                new MaskPrediction(new Size(1, 1), new LowResLogits(new float[4 * PAIRS * 256 * 256], PAIRS), iou);
        for (int pair = 0; pair < PAIRS; pair++) {
            wanted[2 * pair] = ChooseMasks.bestOfThree(pair);
            expected[2 * pair] = 4 * pair + prediction.bestOfThree(pair);
            wanted[2 * pair + 1] = ChooseMasks.output(pair, pair % 4);
            expected[2 * pair + 1] = 4 * pair + pair % 4;
        }
        DeviceBuffer ratings = gpu.floats(iou);
        DeviceBuffer asked = gpu.ints(wanted);
        GpuArrays.Array planes = gpu.outputBytes("planes", 4L * wanted.length);
        ChooseMasks choose = new ChooseMasks(gpu.device());
        gpu.runTwice(() -> choose.launch(gpu.stream(), ratings, asked, planes.buffer(), PAIRS, wanted.length), planes);
        IntBuffer chosen = ByteBuffer.wrap(gpu.bytes(planes.buffer()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        for (int i = 0; i < expected.length; i++) {
            assertThat(chosen.get(i)).isEqualTo(expected[i]);
        }
    }
}
