package org.samfast.mask;

/**
 * One finished mask.
 *
 * @param prompt index of the prompt among those of its image
 * @param output which of the decoder's outputs it is: 0 the single-mask output, 1 to 3 the multimask outputs
 * @param quality the model's estimate of the mask's IoU
 * @param mask at the size of the image
 */
public record ScoredMask(int prompt, int output, float quality, BinaryMask mask) {}
