package org.samfast.everything;

import org.samfast.image.CropBox;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.RunLength;
import org.samfast.prompt.ImagePoint;

/**
 * One mask of everything mode, with the fields of the original's records.
 *
 * @param segmentation the mask at the size of the image: {@code counts()} are the original's uncompressed_rle,
 *     {@code compressed()} its coco_rle, {@code mask()} its binary_mask
 * @param box its edges in pixels of the image
 * @param predictedIou the model's estimate of its IoU
 * @param point where it was asked for, in pixels of the image
 * @param stabilityScore how little it depends on the threshold
 * @param crop the part of the image that it was found in
 */
public record AutomaticMask(
        RunLength segmentation,
        MaskEdges box,
        float predictedIou,
        ImagePoint point,
        float stabilityScore,
        CropBox crop) {
    /** {@return pixels inside} */
    public long area() {
        return segmentation.area();
    }

    /** The same mask in another shape. */
    AutomaticMask shaped(RunLength other, MaskEdges edges) {
        return new AutomaticMask(other, edges, predictedIou, point, stabilityScore, crop);
    }
}
