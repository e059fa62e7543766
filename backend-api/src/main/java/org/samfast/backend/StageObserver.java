package org.samfast.backend;

/**
 * Sees the values between the stages of a prediction, under the names of docs/architecture.md: {@code pixels},
 * {@code patch_embed}, {@code block.NN}, {@code image_embedding}, {@code image_pe}, {@code sparse_prompt},
 * {@code dense_prompt}, {@code low_res_logits}, {@code iou}. For looking inside; a backend may run slower with one.
 */
@FunctionalInterface
public interface StageObserver {
    /**
     * Called once per stage and image or prompt.
     *
     * @param name of the stage: {@code block.07}
     * @param shape dimensions of the values, outermost first
     * @param values row-major, valid only during the call
     */
    void stage(String name, long[] shape, float[] values);
}
