package org.samfast.everything;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.everything.CropBoxes.LayeredCrop;
import org.samfast.image.CropBox;
import org.samfast.image.Size;

/** Against segment-anything's generate_crop_boxes. */
class CropBoxesTest {
    static Stream<String[]> crops() {
        return GoldenRows.of("crops");
    }

    @ParameterizedTest(name = "{0}x{1}, {2} layers, overlap {3}")
    @MethodSource("crops")
    void cropsAreTheOriginals(String width, String height, String layers, String ratio, String boxes) {
        assertThat(CropBoxes.of(TestImages.size(width, height), Integer.parseInt(layers), Double.parseDouble(ratio)))
                .containsExactlyElementsOf(
                        Arrays.stream(boxes.split(" ")).map(CropBoxesTest::crop).toList());
    }

    @Test
    void cropsWithoutPixelsAreLeftOut() {
        assertThat(CropBoxes.of(new Size(3, 1), 2, 0))
                .hasSize(1 + 2 + 3)
                .allSatisfy(crop -> assertThat(crop.box().x1()).isLessThanOrEqualTo(3));
    }

    private static LayeredCrop crop(String text) {
        int[] values = GoldenRows.integers(text, ",");
        return new LayeredCrop(new CropBox(values[0], values[1], values[2], values[3]), values[4]);
    }
}
