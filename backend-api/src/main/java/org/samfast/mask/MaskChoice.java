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

    /** The outputs to keep: 0 is the single-mask output, 1 to 3 the multimask outputs. */
    public List<Integer> outputs(Prompt prompt, MaskPrediction prediction, int index) {
        return switch (this) {
            case AUTOMATIC -> prompt.isAmbiguous() ? List.of(prediction.bestOfThree(index)) : List.of(0);
            case SINGLE -> List.of(0);
            case BEST_OF_THREE -> List.of(prediction.bestOfThree(index));
            case MULTIMASK -> List.of(1, 2, 3);
        };
    }
}
