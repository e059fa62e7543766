package org.samfast.mask;

import org.jspecify.annotations.Nullable;
import org.samfast.image.Size;
import org.samfast.prompt.ImageBox;

/**
 * What is done to a finished mask, in this order: cut to its box, holes filled, islands removed. Regions are neighbours by
 * side or corner, as in {@link ConnectedComponents}.
 *
 * @param clipToBox whether nothing outside the prompt's box is kept
 * @param holeArea regions outside the mask of fewer pixels are filled, at the border too; 0 for none, {@link #ALL_HOLES} for
 *     all that the mask encloses
 * @param islandArea regions of the mask of fewer pixels are removed, but never the largest; 0 for none
 * @param largest whether only the largest region is kept
 */
public record MaskCleanup(boolean clipToBox, long holeArea, long islandArea, boolean largest) {
    /** Fills every hole, whatever its size, but nothing that touches the border of the image. */
    public static final long ALL_HOLES = -1;

    /** Leaves masks as they are. */
    public static final MaskCleanup NONE = new MaskCleanup(false, 0, 0, false);

    /**
     * {@return the clean mask; the same object where nothing is to be done}
     *
     * @param mask of any size
     * @param box of the prompt, for {@code clipToBox}; null for none
     */
    public BinaryMask apply(BinaryMask mask, @Nullable ImageBox box) {
        BinaryMask clean = clipToBox && box != null ? clipped(mask, box) : mask;
        if (holeArea == ALL_HOLES) {
            ConnectedComponents outside = ConnectedComponents.outside(clean);
            clean = outside.turned(region -> !outside.touchesBorder(region));
        } else if (holeArea > 0) {
            clean = SmallRegions.fillHoles(clean, holeArea);
        }
        if (largest) {
            return SmallRegions.removeIslands(clean, Long.MAX_VALUE);
        }
        return islandArea > 0 ? SmallRegions.removeIslands(clean, islandArea) : clean;
    }

    /** A pixel is in the box where its centre is. */
    private static BinaryMask clipped(BinaryMask mask, ImageBox box) {
        Size size = mask.size();
        byte[] pixels = new byte[mask.pixels().length];
        int left = (int) Math.clamp(Math.ceil(box.x0() - 0.5), 0, size.width());
        int right = (int) Math.clamp(Math.floor(box.x1() - 0.5) + 1, left, size.width());
        for (int y = 0; y < size.height(); y++) {
            if (y + 0.5 >= box.y0() && y + 0.5 <= box.y1()) {
                int row = y * size.width();
                System.arraycopy(mask.pixels(), row + left, pixels, row + left, right - left);
            }
        }
        return new BinaryMask(size, pixels);
    }
}
