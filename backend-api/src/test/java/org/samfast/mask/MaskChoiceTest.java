package org.samfast.mask;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

class MaskChoiceTest {
    private static final Prompt CLICK = Prompt.points(new ImagePoint(1, 1, true));
    private static final Prompt BOX = Prompt.box(new ImageBox(0, 0, 2, 2));
    private static final MaskPrediction TWO =
            new MaskPrediction(new Size(4, 4), new LowResLogits(new float[2 * 4 * 256 * 256], 2), new float[] {
                0.9f, 0.1f, 0.8f, 0.3f, 0.2f, 0.5f, 0.4f, 0.5f
            });

    @Test
    void aSingleClickTakesTheBestOfThreeAndABoxTheSingleMask() {
        assertThat(MaskChoice.AUTOMATIC.outputs(CLICK, TWO, 0)).containsExactly(2);
        assertThat(MaskChoice.AUTOMATIC.outputs(BOX, TWO, 0)).containsExactly(0);
    }

    @Test
    void theFirstOfEquallyGoodMasksWins() {
        assertThat(MaskChoice.BEST_OF_THREE.outputs(BOX, TWO, 1)).containsExactly(1);
    }

    @Test
    void oneOrAllWhereAsked() {
        assertThat(MaskChoice.SINGLE.outputs(CLICK, TWO, 1)).containsExactly(0);
        assertThat(MaskChoice.MULTIMASK.outputs(CLICK, TWO, 1)).containsExactly(1, 2, 3);
    }
}
