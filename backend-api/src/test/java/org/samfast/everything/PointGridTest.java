package org.samfast.everything;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.everything.PointGrid.UnitPoint;
import org.samfast.image.Size;
import org.samfast.prompt.ImagePoint;

/** Against segment-anything's build_point_grid. */
class PointGridTest {
    static Stream<String[]> grids() {
        return GoldenRows.of("grid");
    }

    @ParameterizedTest(name = "{0} per side")
    @MethodSource("grids")
    void placesAreNumpysToTheLastBit(String perSide, String firstRow, String firstColumn) {
        int side = Integer.parseInt(perSide);
        List<UnitPoint> points = PointGrid.regular(side).points();
        assertThat(points).hasSize(side * side);
        for (int i = 0; i < side; i++) {
            assertThat(points.get(i).x()).isEqualTo(numbers(firstRow)[i]);
            assertThat(points.get(i * side).y()).isEqualTo(numbers(firstColumn)[i]);
        }
    }

    @Test
    void pointsAreInPixelsOfTheCrop() {
        assertThat(PointGrid.regular(2).on(new Size(8, 4)))
                .containsExactly(
                        new ImagePoint(2, 1, true),
                        new ImagePoint(6, 1, true),
                        new ImagePoint(2, 3, true),
                        new ImagePoint(6, 3, true));
    }

    @Test
    void everyLayerHasItsGridOrIsRefused() {
        assertThat(PointGrid.layers(9, 2, 2))
                .extracting(grid -> grid.points().size())
                .containsExactly(81, 16, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PointGrid.layers(3, 2, 2))
                .withMessage("points_per_side: 3 divided by 2^2 leaves none for crop layer 2");
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }
}
