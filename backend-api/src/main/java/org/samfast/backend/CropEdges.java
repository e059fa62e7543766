package org.samfast.backend;

import org.samfast.image.CropBox;
import org.samfast.image.Size;
import org.samfast.mask.MaskEdges;

/** Tells masks that end where their crop ends, so that another crop shows more of the object. */
final class CropEdges {
    /** Pixels. Source: segment-anything utils/amg.py, is_box_near_crop_edge @dca509f. */
    private static final int NEAR = 20;

    private CropEdges() {}

    /** Whether an edge of the mask, in the frame of the image, is near the crop's but not near the image's. */
    static boolean cut(MaskEdges mask, CropBox crop, Size image) {
        return cut(mask.left(), crop.x0(), 0)
                || cut(mask.top(), crop.y0(), 0)
                || cut(mask.right(), crop.x1(), image.width())
                || cut(mask.bottom(), crop.y1(), image.height());
    }

    private static boolean cut(int mask, int crop, int image) {
        return Math.abs(mask - crop) <= NEAR && Math.abs(mask - image) > NEAR;
    }
}
