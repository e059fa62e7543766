package org.samfast.cuda.decoder;

import java.util.List;

/**
 * What a sequence of launches depends on, beside its data.
 *
 * @param pairs of image and prompt
 * @param points per pair, padding included; at least 1, which mask prompts leave unused
 * @param tokens per pair, padding included
 */
record PromptShape(int pairs, int points, int tokens) {
    static PromptShape of(List<PromptPair> pairs) {
        int points = pairs.stream().mapToInt(pair -> pair.points().size()).max().orElseThrow();
        int tokens = pairs.stream().mapToInt(PromptPair::tokens).max().orElseThrow();
        return new PromptShape(pairs.size(), Math.max(1, points), tokens);
    }
}
