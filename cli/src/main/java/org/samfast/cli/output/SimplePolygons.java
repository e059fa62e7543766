package org.samfast.cli.output;

import java.util.ArrayList;
import java.util.List;
import org.locationtech.jts.geom.Coordinate;
import org.locationtech.jts.geom.Geometry;
import org.locationtech.jts.geom.GeometryFactory;
import org.locationtech.jts.geom.LinearRing;
import org.locationtech.jts.geom.MultiPolygon;
import org.locationtech.jts.geom.Polygon;
import org.locationtech.jts.simplify.TopologyPreservingSimplifier;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskPolygon;
import org.samfast.mask.PolygonFill;

/**
 * Polygons with fewer corners (Douglas and Peucker's, with rings kept apart), all of them corners of the exact ones. Small
 * objects are simplified less: what is drawn back from the corners has to agree with the mask.
 */
final class SimplePolygons {
    /** IoU with the mask that the simplified polygons keep at least. */
    static final double LEAST_IOU = 0.98;

    // below it no corner of a pixel staircase would go
    private static final double SMALLEST_TOLERANCE = 0.25;

    private static final GeometryFactory GEOMETRY = new GeometryFactory();

    private SimplePolygons() {}

    /**
     * Valid polygons that differ from the exact ones by at most the tolerance, halved until the IoU is {@link #LEAST_IOU}.
     *
     * @param exact the mask's polygons along its pixels' edges
     * @param tolerance in pixels; 0 keeps the exact polygons
     */
    static List<MaskPolygon> of(BinaryMask mask, List<MaskPolygon> exact, double tolerance) {
        if (exact.isEmpty()) {
            return exact;
        }
        Geometry polygons = geometry(exact);
        for (double allowed = tolerance; allowed >= SMALLEST_TOLERANCE; allowed /= 2) {
            Geometry simple = TopologyPreservingSimplifier.simplify(polygons, allowed);
            if (simple.isValid()) {
                List<MaskPolygon> found = polygons(simple);
                if (agrees(mask, found)) {
                    return found;
                }
            }
        }
        return exact;
    }

    /** In the pixels drawn back and in area, since a triangle may cover no more of a pixel than its centre. */
    private static boolean agrees(BinaryMask mask, List<MaskPolygon> polygons) {
        double area = polygons.stream().mapToDouble(MaskPolygon::area).sum();
        return Math.abs(area - mask.area()) <= (1 - LEAST_IOU) * mask.area()
                && PolygonFill.of(mask.size(), polygons).iou(mask) >= LEAST_IOU;
    }

    private static MultiPolygon geometry(List<MaskPolygon> polygons) {
        return GEOMETRY.createMultiPolygon(polygons.stream()
                .map(polygon -> GEOMETRY.createPolygon(
                        ring(polygon.shell()),
                        polygon.holes().stream().map(SimplePolygons::ring).toArray(LinearRing[]::new)))
                .toArray(Polygon[]::new));
    }

    private static LinearRing ring(int[] corners) {
        Coordinate[] closed = new Coordinate[corners.length / 2 + 1];
        for (int i = 0; i < closed.length; i++) {
            int at = 2 * i % corners.length;
            closed[i] = new Coordinate(corners[at], corners[at + 1]);
        }
        return GEOMETRY.createLinearRing(closed);
    }

    private static List<MaskPolygon> polygons(Geometry geometry) {
        List<MaskPolygon> polygons = new ArrayList<>();
        for (int i = 0; i < geometry.getNumGeometries(); i++) {
            Polygon polygon = (Polygon) geometry.getGeometryN(i);
            List<int[]> holes = new ArrayList<>();
            for (int hole = 0; hole < polygon.getNumInteriorRing(); hole++) {
                holes.add(corners(polygon.getInteriorRingN(hole)));
            }
            polygons.add(new MaskPolygon(corners(polygon.getExteriorRing()), holes));
        }
        return polygons;
    }

    private static int[] corners(LinearRing ring) {
        int[] corners = new int[2 * (ring.getNumPoints() - 1)];
        for (int i = 0; i < corners.length; i += 2) {
            Coordinate corner = ring.getCoordinateN(i / 2);
            corners[i] = (int) corner.x;
            corners[i + 1] = (int) corner.y;
        }
        return corners;
    }
}
