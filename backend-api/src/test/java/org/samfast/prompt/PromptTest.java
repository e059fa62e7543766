package org.samfast.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTest {
    private static final ImagePoint POINT = new ImagePoint(1, 2, true);

    @Test
    void oneClickIsAmbiguousAndAnythingClearerIsNot() {
        assertThat(Prompt.points(POINT).isAmbiguous()).isTrue();
        assertThat(Prompt.points(POINT, POINT).isAmbiguous()).isFalse();
        assertThat(new Prompt(List.of(POINT), new ImageBox(0, 0, 1, 1), null).isAmbiguous())
                .isFalse();
        assertThat(Prompt.box(new ImageBox(0, 0, 1, 1)).isAmbiguous()).isFalse();
    }

    @Test
    void aPromptOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Prompt(List.of(), null, null))
                .withMessage("a prompt needs a point, a box or a mask");
    }

    @ParameterizedTest
    @CsvSource({"3,0,1,1", "0,2,1,1", "1,0,1,1", "NaN,0,1,1"})
    void aBoxHasItsCornersInOrder(double x0, double y0, double x1, double y1) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ImageBox(x0, y0, x1, y1))
                .withMessageEndingWith("expected x0 < x1 and y0 < y1");
    }

    @Test
    void aMaskHasItsOneSize() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MaskPrompt(new float[255]))
                .withMessage("mask prompt: expected 256x256 logits, got 255 values");
    }
}
