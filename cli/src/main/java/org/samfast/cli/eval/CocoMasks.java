package org.samfast.cli.eval;

import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.RunLength;

/** The annotated objects as masks at the size of their image. */
final class CocoMasks {
    private CocoMasks() {}

    /** @throws CocoException where run lengths do not fit the image */
    static BinaryMask of(CocoImage image, CocoAnnotation annotation) throws CocoException {
        Size size = image.size();
        try {
            return switch (annotation.shape()) {
                case CocoShape.Runs runs -> new RunLength(size, runs.counts()).mask();
                case CocoShape.CompressedRuns runs ->
                    RunLength.parse(size, runs.counts()).mask();
                case CocoShape.Polygons polygons -> PolygonRaster.fill(size, polygons.outlines());
            };
        } catch (IllegalArgumentException e) {
            throw new CocoException(
                    "annotation " + annotation.id() + " of " + image.fileName() + ": " + e.getMessage(), e);
        }
    }
}
