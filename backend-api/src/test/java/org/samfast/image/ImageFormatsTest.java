package org.samfast.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.file.Sha256;

/** Every format variant at the very pixels that Pillow gives. */
class ImageFormatsTest {
    static Stream<String[]> files() {
        return TestImages.table("formats.tsv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void pixelsArePillows(String file, String width, String height, String sha256) throws ImageException {
        RgbImage image = ImageReader.read(TestImages.GOLDEN.resolve("formats").resolve(file), 100_000);
        assertThat(image.size()).isEqualTo(TestImages.size(width, height));
        assertThat(Sha256.of(image.rgb())).isEqualTo(sha256);
    }
}
