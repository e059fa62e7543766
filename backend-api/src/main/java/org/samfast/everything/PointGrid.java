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
    /** Copies {@code points}; IllegalArgumentException where there are none. */
    public PointGrid {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a point grid needs at least one point");
        }
    }

    /**
     * A point in shares of width and height, usually between 0 and 1.
     *
     * @param x share of the width from the left
     * @param y share of the height from the top
     */
    public record UnitPoint(double x, double y) {}

    /**
     * {@return so many points along each side, each in the middle of its cell; row by row}
     *
     * @param perSide points along each side, 1 or more
     */
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
     * {@return the grid of the whole image and of each layer of crops}
     *
     * @param perSide points along each side of the image's grid
     * @param cropLayers layers of crops besides the whole image
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

    /**
     * {@return the points on a crop of that size, in its pixels}
     *
     * @param crop size of the crop in pixels
     */
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
