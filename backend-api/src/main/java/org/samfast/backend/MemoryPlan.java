package org.samfast.backend;

import java.util.Locale;

/**
 * What of a device's memory work will take, known before it is taken.
 *
 * @param need what it is for
 * @param images at once that fit
 * @param pairs of image and prompt that are decoded at once
 * @param weights bytes for the model
 * @param work bytes for what it computes in, at most
 * @param free bytes that are free before
 * @param total bytes of the device
 */
public record MemoryPlan(MemoryNeed need, int images, int pairs, long weights, long work, long free, long total) {
    /** {@return all that is taken} */
    public long bytes() {
        return weights + work;
    }

    /** {@return for people, on one line} */
    public String line() {
        String work = need.everything()
                ? "everything mode, %s and %d points of each at once"
                        .formatted(images == 1 ? "1 image" : images + " images", Math.min(pairs, need.prompts()))
                : "batch of %d with %s each"
                        .formatted(images, need.prompts() == 1 ? "1 prompt" : need.prompts() + " prompts");
        return "memory: weights %s, %s %s; %s of %s are free"
                .formatted(gib(weights), work, gib(this.work), gib(free), gib(total));
    }

    /**
     * {@return them for people: {@code 0.35 GiB}}
     *
     * @param bytes of memory
     */
    public static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / (double) (1L << 30));
    }
}
