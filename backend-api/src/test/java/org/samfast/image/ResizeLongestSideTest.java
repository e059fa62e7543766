package org.samfast.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.file.Sha256;

class ResizeLongestSideTest {
    static Stream<String[]> sizes() {
        return TestImages.table("resize.tsv");
    }

    @ParameterizedTest(name = "{0}x{1}")
    @MethodSource("sizes")
    void isPillowsBilinear(String width, String height, String toWidth, String toHeight, String sha256) {
        Size original = TestImages.size(width, height);
        ResizeLongestSide frame = ResizeLongestSide.of(original);
        assertThat(frame.resized()).isEqualTo(TestImages.size(toWidth, toHeight));
        assertThat(Sha256.of(frame.resize(TestImages.pattern(original)).rgb())).isEqualTo(sha256);
    }

    @Test
    void aSideThatWouldVanishIsOnePixel() {
        assertThat(ResizeLongestSide.of(new Size(5000, 1)).resized()).isEqualTo(new Size(1024, 1));
    }

    @Test
    void pointsFollowTheRoundedSides() {
        ResizeLongestSide frame = ResizeLongestSide.of(new Size(3, 2000));
        assertThat(frame.toEncoderX(3)).isEqualTo(2);
        assertThat(frame.toEncoderY(1000)).isEqualTo(512);
    }

    @Test
    void anotherImageIsRefused() {
        ResizeLongestSide frame = ResizeLongestSide.of(new Size(3, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> frame.resize(TestImages.pattern(new Size(2, 3))))
                .withMessage("resize: expected an image of 3x2, got 2x3");
    }
}
