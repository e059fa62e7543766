package org.samfast.backend;

import java.util.ArrayList;
import java.util.List;

/**
 * How a backend launches its work, for comparisons: results differ in rounding at most, speed does.
 *
 * @param kernels which kernels run
 * @param graphs whether sequences that recur are one launch
 * @param overlap whether a kernel may start while the one before still ends
 */
public record Tuning(KernelSet kernels, boolean graphs, boolean overlap) {
    /** What a backend does unasked. */
    public static final Tuning BEST = new Tuning(KernelSet.BEST, true, true);

    /** {@return in words: {@code portable kernels, no graphs}; empty for {@link #BEST}} */
    public String label() {
        List<String> words = new ArrayList<>();
        if (kernels != KernelSet.BEST) {
            words.add(kernels.label() + " kernels");
        }
        if (!graphs) {
            words.add("no graphs");
        }
        if (!overlap) {
            words.add("no overlap");
        }
        return String.join(", ", words);
    }
}
