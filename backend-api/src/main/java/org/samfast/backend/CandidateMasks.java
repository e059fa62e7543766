package org.samfast.backend;

import java.util.List;
import org.samfast.mask.MaskCandidate;

/**
 * What a {@link CandidateRequest} leaves.
 *
 * @param masks those that passed all filters, ordered by point, then by output of the decoder
 * @param stable for each point how many of its three masks passed the filters by score, wherever they lie
 */
public record CandidateMasks(List<MaskCandidate> masks, int[] stable) {
    /** Copies {@code masks}. */
    public CandidateMasks {
        masks = List.copyOf(masks);
    }
}
