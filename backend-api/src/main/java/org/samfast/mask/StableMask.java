package org.samfast.mask;

/**
 * A mask and its stability score.
 *
 * @param mask at the size of the image
 * @param stability IoU of the masks at a higher and a lower threshold; NaN where both are empty
 */
public record StableMask(BinaryMask mask, float stability) {}
