package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

final class PromptTensorsTest {
    /** Twice the encoder's frame, so that coordinates halve. */
    private static final Size IMAGE = new Size(2048, 1024);

    private static final ImagePoint ON = new ImagePoint(100, 50, true);
    private static final ImagePoint OFF = new ImagePoint(20, 10, false);

    private static PromptTensors of(Prompt prompt) {
        return PromptTensors.of(List.of(prompt), List.of(0), IMAGE);
    }

    @Test
    void pointsWithoutABoxGetOneOfPadding() {
        PromptTensors tensors = of(Prompt.points(ON, OFF));
        assertThat(tensors.labels()).containsExactly(1, 0, -1);
        assertThat(tensors.coordinates()).containsExactly(50, 25, 10, 5, 0, 0);
        assertThat(tensors.masks()).isEmpty();
    }

    @Test
    void aBoxIsItsTwoCornersAndNeedsNoPadding() {
        PromptTensors tensors = of(new Prompt(List.of(ON), new ImageBox(10, 20, 30, 40), null));
        assertThat(tensors.labels()).containsExactly(1, 2, 3);
        assertThat(tensors.coordinates()).containsExactly(50, 25, 5, 10, 15, 20);
    }

    @Test
    void aMaskAloneHasNoPoints() {
        PromptTensors tensors = of(new Prompt(List.of(), null, new MaskPrompt(new float[256 * 256])));
        assertThat(tensors.tokens()).isZero();
        assertThat(tensors.masks()).hasSize(256 * 256);
    }

    @Test
    void promptsAreLaidOutInTheOrderOfTheirIndices() {
        List<Prompt> prompts = List.of(Prompt.points(OFF), Prompt.points(ON, OFF), Prompt.points(ON));
        PromptTensors tensors = PromptTensors.of(prompts, List.of(2, 0), IMAGE);
        assertThat(tensors.labels()).containsExactly(1, -1, 0, -1);
        assertThat(tensors.coordinates()).containsExactly(50, 25, 0, 0, 10, 5, 0, 0);
    }
}
