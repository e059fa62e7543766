package org.samfast.cli.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

class PromptArgumentsTest {
    private static final MaskPrompt MASK = new MaskPrompt(new float[256 * 256]);

    @ParameterizedTest
    @ValueSource(strings = {"400,270;410.5,300,0", "400,270 410.5,300,0", " 400,270,1 ;; +410.5,300.,0; "})
    void pointsAreSeparatedBySemicolonsOrBlanks(String text) throws Exception {
        assertThat(PromptArguments.parse(List.of(text), List.of(), null))
                .containsExactly(Prompt.points(new ImagePoint(400, 270, true), new ImagePoint(410.5, 300, false)));
    }

    @Test
    void theKthOfEachDescribeObjectK() throws Exception {
        assertThat(PromptArguments.parse(List.of("1,2", "3,4"), List.of("0,0,5,5", "1,1,6,9.5"), null))
                .containsExactly(
                        new Prompt(List.of(new ImagePoint(1, 2, true)), new ImageBox(0, 0, 5, 5), null),
                        new Prompt(List.of(new ImagePoint(3, 4, true)), new ImageBox(1, 1, 6, 9.5), null));
    }

    @Test
    void aMaskAloneIsAPrompt() throws Exception {
        assertThat(PromptArguments.parse(List.of(), List.of(), MASK))
                .containsExactly(new Prompt(List.of(), null, MASK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"400", "400,", "a,b", "1,2,3", "1,2,01", "1,2,1,1", "NaN,1", "0x10,1", "1e3,1", "1f,2", "", ";"})
    void aBadPointIsNamedWithAnExample(String text) {
        assertThatThrownBy(() -> PromptArguments.parse(List.of(text), List.of(), null))
                .isInstanceOf(PromptSyntaxException.class)
                .hasMessageStartingWith("--points: expected x,y or x,y,label")
                .hasMessageContaining("got '" + text + "'; for example: --points 400,270");
    }

    @Test
    void onlyTheBadTokenIsNamed() {
        assertThatThrownBy(() -> PromptArguments.parse(List.of("1,2;3,4,5;6,7"), List.of(), null))
                .hasMessageContaining("got '3,4,5';");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,2,3", "1,2,3,4,5", "a,2,3,4", "5,5,5,9", "5,5,4,9", "1,9,4,9", ""})
    void aBadBoxIsNamedWithAnExample(String text) {
        assertThatThrownBy(() -> PromptArguments.parse(List.of(), List.of(text), null))
                .isInstanceOf(PromptSyntaxException.class)
                .hasMessageStartingWith("--box: expected ")
                .hasMessageEndingWith("got '" + text + "'; for example: --box 20,30,400,380");
    }

    @Test
    void whatDoesNotFitTogetherGetsAnExample() {
        assertThatThrownBy(() -> PromptArguments.parse(List.of(), List.of(), null))
                .hasMessage("no prompt: say what to segment by --points, --box or --mask-in;"
                        + " for example: sam segment photo.jpg --points 400,270");
        assertThatThrownBy(() -> PromptArguments.parse(List.of("1,2", "3,4"), List.of("0,0,5,5"), null))
                .hasMessageStartingWith("got 2 x --points and 1 x --box: the k-th of each describe object k")
                .hasMessageContaining("for example: --points ");
        assertThatThrownBy(() -> PromptArguments.parse(List.of("1,2", "3,4"), List.of(), MASK))
                .hasMessageStartingWith("--mask-in describes one object, got 2 objects; for example: ");
    }
}
