package org.samfast.mask;

import java.util.List;

/**
 * What the whole pipeline says of one image.
 *
 * @param prediction the decoder's answer to every prompt: low-res logits and quality of all four outputs
 * @param masks the chosen masks at the size of the image, ordered by prompt
 */
public record Segmentation(MaskPrediction prediction, List<ScoredMask> masks) {
    /** Copies {@code masks}. */
    public Segmentation {
        masks = List.copyOf(masks);
    }

    /**
     * {@return the masks of one prompt, in the order of the decoder's outputs}
     *
     * @param prompt index of the prompt, from 0
     */
    public List<ScoredMask> masksOf(int prompt) {
        return masks.stream().filter(mask -> mask.prompt() == prompt).toList();
    }
}
