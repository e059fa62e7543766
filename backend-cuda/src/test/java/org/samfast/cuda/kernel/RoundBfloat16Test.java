package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.cuda.device.Element;
import org.samfast.tensor.Bfloat16;

@Tag("gpu")
class RoundBfloat16Test {
    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 2047, 2048, 2049, 10_000})
    void isTheRoundingOfJava(int count) {
        float[] values = GpuArrays.random(11, count, 1);
        // halfway, just above and below halfway, the largest, denormal
        int[] special = {0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7fffff, 0x00008000, 0x80018000};
        for (int i = 0; i < Math.min(count, special.length); i++) {
            values[i] = Float.intBitsToFloat(special[i]);
        }
        DeviceBuffer in = gpu.floats(values);
        GpuArrays.Array out = gpu.output("out", Element.BF16, count);
        RoundBfloat16 round = new RoundBfloat16(gpu.device());
        gpu.runTwice(() -> round.launch(gpu.stream(), in, out.buffer(), count), out);
        float[] rounded = gpu.floats(out);
        for (int i = 0; i < count; i++) {
            assertThat(rounded[i]).as("of %s", values[i]).isEqualTo(Bfloat16.widen(Bfloat16.round(values[i])));
        }
    }
}
