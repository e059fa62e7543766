package org.samfast.everything;

import java.util.ArrayList;
import java.util.List;
import org.samfast.image.Size;
import org.samfast.prompt.ImagePoint;

/**
 * Where everything mode asks on a crop, as shares of its width and height. Source: segment-anything utils/amg.py,
 * build_point_grid and build_all_layer_point_grids @dca509f.
 *
 * @param points in the order in which they are asked
 */
public record PointGrid(List<UnitPoint> points) {
    public PointGrid {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a point grid needs at least one point");
        }
    }

    /** A point in shares of width and height, usually between 0 and 1. */
    public record UnitPoint(double x, double y) {}

    /** So many points along each side, each in the middle of its cell; row by row. */
    public static PointGrid regular(int perSide) {
        double[] places = places(perSide);
        List<UnitPoint> points = new ArrayList<>();
        for (double y : places) {
            for (double x : places) {
                points.add(new UnitPoint(x, y));
            }
        }
        return new PointGrid(points);
    }

    /**
     * The grid of the whole image and of each layer of crops.
     *
     * @param downscaleFactor what the points along a side are divided by from one layer to the next
     * @throws IllegalArgumentException where a layer is left without points
     */
    public static List<PointGrid> layers(int perSide, int cropLayers, int downscaleFactor) {
        List<PointGrid> grids = new ArrayList<>();
        for (int layer = 0; layer <= cropLayers; layer++) {
            int points = (int) (perSide / Math.pow(downscaleFactor, layer));
            if (points < 1) {
                throw new IllegalArgumentException("points_per_side: " + perSide + " divided by " + downscaleFactor
                        + "^" + layer + " leaves none for crop layer " + layer);
            }
            grids.add(regular(points));
        }
        return grids;
    }

    /** The points on a crop of that size, in its pixels. */
    public List<ImagePoint> on(Size crop) {
        return points.stream()
                .map(point -> new ImagePoint(point.x() * crop.width(), point.y() * crop.height(), true))
                .toList();
    }

    /** numpy.linspace(1 / 2n, 1 - 1 / 2n, n), to the last bit: the records hold these numbers. */
    private static double[] places(int perSide) {
        double first = 1.0 / (2 * perSide);
        double last = 1 - first;
        double step = (last - first) / (perSide - 1);
        double[] places = new double[perSide];
        for (int i = 1; i < perSide; i++) {
            places[i] = i * step + first;
        }
        places[perSide - 1] = last;
        places[0] = first;
        return places;
    }
}
