package org.samfast.cli.eval;

import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.DistanceTransform;
import org.samfast.prompt.ImagePoint;

/**
 * The pixel of a mask farthest from all that is outside it, where a person would click. What lies beyond the image counts
 * as outside; of equally deep pixels the first in reading order is taken.
 */
final class DeepestPoint {
    private DeepestPoint() {}

    /** The point, in the middle of no pixel but at its whole coordinates, as annotation files have them. */
    static ImagePoint of(BinaryMask mask) {
        if (mask.area() == 0) {
            throw new IllegalArgumentException("an empty mask has no deepest point");
        }
        Size size = mask.size();
        DistanceTransform depths = DistanceTransform.inside(mask, true);
        double deepest = 0;
        int bestX = 0;
        int bestY = 0;
        for (int y = 0; y < size.height(); y++) {
            double[] row = depths.nextRow();
            for (int x = 0; x < row.length; x++) {
                if (row[x] > deepest) {
                    deepest = row[x];
                    bestX = x;
                    bestY = y;
                }
            }
        }
        return new ImagePoint(bestX, bestY, true);
    }
}
