package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.reference.AddPositionReference;

@Tag("gpu")
class AddPositionTest {
    private static final int CHANNELS = 256;

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @CsvSource({"BF16, 1", "FP32, 1", "BF16, 7", "FP32, 9", "BF16, 4097", "FP32, 8192"})
    void positionsStartAgainWithEveryImage(Element element, int rows) {
        float[] in = GpuArrays.rounded(element, GpuArrays.random(1, rows * CHANNELS, 1));
        float[] position = GpuArrays.random(2, 4096 * CHANNELS, 1);
        GpuArrays.Array out = gpu.output("out", element, (long) rows * CHANNELS);
        AddPosition kernel = new AddPosition(gpu.device(), element);
        DeviceBuffer keys = gpu.of(element, in);
        DeviceBuffer positions = gpu.floats(position);
        gpu.runTwice(() -> kernel.launch(gpu.stream(), keys, positions, out.buffer(), rows), out);

        assertThat(GpuArrays.relativeError(gpu.floats(out), AddPositionReference.add(in, position)))
                .isLessThan(Tolerance.stored(element));
        assertThat(gpu.trace()).containsOnly("add_position_" + element.suffix());
    }
}
