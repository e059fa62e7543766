package org.samfast.cli.prompt;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.ImageException;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

class PromptBoundsTest {
    private static final Path IMAGE = Path.of("dog.jpg");
    private static final Size SIZE = new Size(800, 534);

    @Test
    void cornersLieOnTheImage() {
        assertThatCode(() -> PromptBounds.check(
                        IMAGE,
                        SIZE,
                        List.of(
                                Prompt.points(new ImagePoint(0, 0, true), new ImagePoint(799.5, 533.9, false)),
                                Prompt.box(new ImageBox(0, 0, 800, 534)))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"800,0", "0,534", "-1,5", "5,-0.5"})
    void aPointOutsideNamesTheSizeOfTheImage(double x, double y) {
        assertThatThrownBy(() -> PromptBounds.check(IMAGE, SIZE, List.of(Prompt.points(new ImagePoint(x, y, true)))))
                .isInstanceOf(ImageException.class)
                .hasMessageStartingWith("dog.jpg: point ")
                .hasMessageContaining("lies outside the image, which is 800x534");
    }

    @ParameterizedTest
    @CsvSource({"0,0,801,10", "0,0,10,535", "-1,0,10,10"})
    void aBoxOutsideNamesTheSizeOfTheImage(double x0, double y0, double x1, double y1) {
        assertThatThrownBy(() -> PromptBounds.check(IMAGE, SIZE, List.of(Prompt.box(new ImageBox(x0, y0, x1, y1)))))
                .hasMessageStartingWith("dog.jpg: box ")
                .hasMessageContaining("which is 800x534");
    }
}
