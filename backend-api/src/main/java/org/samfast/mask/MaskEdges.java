package org.samfast.mask;

import org.samfast.image.CropBox;

/**
 * The outermost columns and rows of a mask, as Segment Anything's generator takes a mask's box: its width is
 * {@code right - left}, one less than COCO's. All 0 for an empty mask. Source: segment-anything utils/amg.py,
 * batched_mask_to_box @dca509f.
 *
 * @param left leftmost column
 * @param top topmost row
 * @param right rightmost column
 * @param bottom bottommost row
 */
public record MaskEdges(int left, int top, int right, int bottom) {
    /**
     * {@return the edges of a mask}
     *
     * @param mask of any size
     */
    public static MaskEdges of(BinaryMask mask) {
        MaskBox box = mask.box();
        return box.width() == 0
                ? new MaskEdges(0, 0, 0, 0)
                : new MaskEdges(box.x(), box.y(), box.x() + box.width() - 1, box.y() + box.height() - 1);
    }

    /**
     * {@return the same edges in the frame of the image that the crop was cut from}
     *
     * @param crop where the mask's frame lies in the image
     */
    public MaskEdges uncropped(CropBox crop) {
        return new MaskEdges(left + crop.x0(), top + crop.y0(), right + crop.x0(), bottom + crop.y0());
    }
}
