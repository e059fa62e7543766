package org.samfast.mask;

import java.util.List;
import org.samfast.prompt.Prompt;

/** Which of the decoder's four outputs to keep for a prompt. */
public enum MaskChoice {
    /** One mask: the best-rated of the three for a single point, the single-mask output for anything clearer. */
    AUTOMATIC,
    /** The single-mask output. */
    SINGLE,
    /** The best-rated of the three multimask outputs. */
    BEST_OF_THREE,
    /** All three multimask outputs. */
    MULTIMASK;

    /**
     * {@return the outputs to keep: 0 is the single-mask output, 1 to 3 the multimask outputs}
     *
     * @param prompt what was asked
     * @param prediction what the decoder says of all prompts of the image
     * @param index of the prompt among them
     */
    public List<Integer> outputs(Prompt prompt, MaskPrediction prediction, int index) {
        return outputs(prompt, prediction.bestOfThree(index));
    }

    /**
     * {@return the same, where that output is known otherwise}
     *
     * @param prompt what was asked
     * @param best stands for the best-rated of the three multimask outputs, known or not
     */
    public List<Integer> outputs(Prompt prompt, int best) {
        return switch (this) {
            case AUTOMATIC -> List.of(prompt.isAmbiguous() ? best : 0);
            case SINGLE -> List.of(0);
            case BEST_OF_THREE -> List.of(best);
            case MULTIMASK -> List.of(1, 2, 3);
        };
    }
}
