package org.samfast.cuda.decoder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the image's tokens of pairs are at first: embedding plus mask prompt, or the embedding of none.
 *
 * @param different one pair of each
 * @param sources which of those is a pair's
 */
record FirstKeys(List<PromptPair> different, int[] sources) {
    /** @param shared whether pairs of one image without a mask prompt have the same */
    static FirstKeys of(List<PromptPair> pairs, boolean shared) {
        List<PromptPair> different = new ArrayList<>();
        int[] sources = new int[pairs.size()];
        Map<Long, Integer> ofImages = new HashMap<>();
        for (int i = 0; i < sources.length; i++) {
            PromptPair pair = pairs.get(i);
            int next = different.size();
            sources[i] = !shared || pair.mask() != null
                    ? next
                    : ofImages.computeIfAbsent(pair.embedding().address(), _ -> next);
            if (sources[i] == next) {
                different.add(pair);
            }
        }
        return new FirstKeys(different, sources);
    }
}
