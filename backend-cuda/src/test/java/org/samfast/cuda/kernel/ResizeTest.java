package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.cuda.device.DeviceBuffer;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

@Tag("gpu")
class ResizeTest {
    private static final String ROWS = "resize_rows";
    private static final String COLUMNS = "resize_columns";

    @RegisterExtension
    static final GpuArrays gpu = new GpuArrays();

    static Stream<Arguments> sizes() {
        return Stream.of(
                Arguments.of(1, 1, List.of(ROWS, COLUMNS)),
                Arguments.of(3, 2000, List.of(COLUMNS, ROWS)),
                Arguments.of(5000, 40, List.of(ROWS, COLUMNS)),
                Arguments.of(1, 3000, List.of(COLUMNS)),
                Arguments.of(3000, 1, List.of(ROWS)),
                Arguments.of(1800, 1200, List.of(ROWS, COLUMNS)),
                Arguments.of(1024, 1024, List.of()),
                Arguments.of(37, 53, List.of(ROWS, COLUMNS)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void everyByteIsThatOfTheCpu(int width, int height, List<String> passes) {
        byte[] rgb = new byte[width * height * 3];
        new Random(1).nextBytes(rgb);
        ResizeLongestSide frame = ResizeLongestSide.of(new Size(width, height));
        byte[] expected = frame.resize(new RgbImage(frame.original(), rgb)).rgb();
        GpuArrays.Array out = gpu.outputBytes("out", expected.length);
        DeviceBuffer in = gpu.bytes(rgb);
        try (Resize resize = new Resize(gpu.device(), gpu.stream(), frame)) {
            resize.launch(gpu.stream(), in, out.buffer());
            assertThat(gpu.trace()).containsExactlyElementsOf(passes);
            gpu.runTwice(() -> resize.launch(gpu.stream(), in, out.buffer()), out);
        }
        assertThat(gpu.bytes(out.buffer())).isEqualTo(expected);
    }
}
