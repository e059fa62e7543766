package org.samfast.cuda.decoder;

import java.util.List;

/**
 * What a sequence of launches depends on, beside its data.
 *
 * @param pairs of image and prompt
 * @param images different first keys of theirs
 * @param points per pair, padding included; at least 1, which mask prompts leave unused
 * @param tokens per pair, padding included
 */
record PromptShape(int pairs, int images, int points, int tokens) {
    static PromptShape of(List<PromptPair> pairs, FirstKeys firstKeys) {
        int points = pairs.stream().mapToInt(pair -> pair.points().size()).max().orElseThrow();
        int tokens = pairs.stream().mapToInt(PromptPair::tokens).max().orElseThrow();
        return new PromptShape(pairs.size(), firstKeys.different().size(), Math.max(1, points), tokens);
    }
}
