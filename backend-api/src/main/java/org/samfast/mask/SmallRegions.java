package org.samfast.mask;

/**
 * Masks without small holes and islands. Source: segment-anything utils/amg.py, remove_small_regions @dca509f.
 */
public final class SmallRegions {
    private SmallRegions() {}

    /**
     * {@return the mask with every region outside it that has fewer pixels filled, at the border too; the same object
     * where there is none}
     *
     * @param mask of any size
     * @param minArea in pixels; smaller regions go
     */
    public static BinaryMask fillHoles(BinaryMask mask, long minArea) {
        ConnectedComponents holes = ConnectedComponents.outside(mask);
        return anyBelow(holes, minArea) ? holes.turned(hole -> holes.area(hole) < minArea) : mask;
    }

    /**
     * {@return the mask without every region of it that has fewer pixels, or where all have fewer, with nothing but the
     * largest; the same object where there is none}
     *
     * @param mask of any size
     * @param minArea in pixels; smaller regions go
     */
    public static BinaryMask removeIslands(BinaryMask mask, long minArea) {
        ConnectedComponents islands = ConnectedComponents.inside(mask);
        if (!anyBelow(islands, minArea)) {
            return mask;
        }
        int largest = islands.largest();
        return islands.turned(island -> island != largest && islands.area(island) < minArea);
    }

    private static boolean anyBelow(ConnectedComponents components, long minArea) {
        for (int i = 0; i < components.count(); i++) {
            if (components.area(i) < minArea) {
                return true;
            }
        }
        return false;
    }
}
