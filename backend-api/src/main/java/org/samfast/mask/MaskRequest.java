package org.samfast.mask;

import java.util.ArrayList;
import java.util.List;
import org.samfast.prompt.Prompt;

/**
 * Which decoder outputs to turn into masks, for each prompt of one image.
 *
 * @param outputs for each prompt the wanted outputs: 0 the single-mask output, 1 to 3 the multimask outputs
 */
public record MaskRequest(List<List<Integer>> outputs) {
    /** Copies {@code outputs}. */
    public MaskRequest {
        outputs = outputs.stream().map(List::copyOf).toList();
    }

    /**
     * {@return the outputs that the choice keeps of every prompt}
     *
     * @param choice which to keep
     * @param prompts of one image
     * @param prediction the decoder's answer to them
     */
    public static MaskRequest of(MaskChoice choice, List<Prompt> prompts, MaskPrediction prediction) {
        List<List<Integer>> outputs = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            outputs.add(choice.outputs(prompts.get(i), prediction, i));
        }
        return new MaskRequest(outputs);
    }

    /**
     * Refuses a request that is not for as many prompts as the prediction has.
     *
     * @param prediction of one image
     * @throws IllegalArgumentException where the numbers differ
     */
    public void checkFits(MaskPrediction prediction) {
        int prompts = prediction.logits().prompts();
        if (outputs.size() != prompts) {
            throw new IllegalArgumentException(
                    "mask request: expected the outputs of " + prompts + " prompts, got " + outputs.size());
        }
    }
}
