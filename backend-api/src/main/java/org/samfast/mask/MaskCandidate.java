package org.samfast.mask;

/**
 * A mask of everything mode that passed the filters by score and place, in the frame of the whole image.
 *
 * @param point index of its point among those of the request
 * @param predictedIou the model's estimate of the mask's IoU
 * @param stability its stability score
 * @param edges outermost columns and rows, in pixels of the image
 * @param runs the mask at the size of the image
 */
public record MaskCandidate(int point, float predictedIou, float stability, MaskEdges edges, RunLength runs) {}
