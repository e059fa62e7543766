package org.samfast.mask;

import java.util.List;

/**
 * Which decoder outputs to turn into masks, for each prompt of one image.
 *
 * @param outputs for each prompt the wanted outputs: 0 the single-mask output, 1 to 3 the multimask outputs
 */
public record MaskRequest(List<List<Integer>> outputs) {
    public MaskRequest {
        outputs = outputs.stream().map(List::copyOf).toList();
    }
}
