package org.samfast.mask;

import java.util.concurrent.atomic.LongAdder;

/**
 * How little a mask depends on the threshold: the IoU of the masks at a higher and at a lower one, of which one contains
 * the other. Source: segment-anything utils/amg.py, calculate_stability_score @dca509f.
 */
final class StabilityScore {
    private final float high;
    private final float low;
    private final LongAdder intersection = new LongAdder();
    private final LongAdder union = new LongAdder();

    /** @param offset distance of the two thresholds from that of the mask */
    StabilityScore(float offset) {
        high = MaskUpscale.THRESHOLD + offset;
        low = MaskUpscale.THRESHOLD - offset;
    }

    /** Counts some of the mask's logits; for many threads. */
    void add(float[] logits) {
        int above = 0;
        int all = 0;
        for (float logit : logits) {
            above += logit > high ? 1 : 0;
            all += logit > low ? 1 : 0;
        }
        intersection.add(above);
        union.add(all);
    }

    /** The score of what was counted, NaN where no logit passed either threshold. */
    float value() {
        return (float) intersection.sum() / union.sum();
    }
}
