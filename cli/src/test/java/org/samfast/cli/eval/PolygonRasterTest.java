package org.samfast.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.image.Size;
import org.samfast.mask.RunLength;

/** Against {@code merge(frPyObjects(polygons, 23, 37))} of pycocotools 2.0.11. */
class PolygonRasterTest {
    private static final Size SIZE = new Size(37, 23);

    static Stream<Arguments> pycocotools() {
        return Stream.of(
                Arguments.of(
                        "f15;7010O01O001O01O01O001O0010L3N2M3M3M_;",
                        List.of(new double[] {3.2, 1.1, 20.7, 4.4, 15.5, 18.9, 2.0, 12.3})),
                Arguments.of(
                        "h09>0000000000000034LM3M1O00O1O100O1O2O0O1O100O1O100O100O`5",
                        List.of(new double[] {1, 1, 10, 1, 10, 10, 1, 10}, new double[] {8, 8, 30, 9, 12, 20.5})),
                Arguments.of(
                        "05b02N1O2N1O1O2N1O2N1O2N1O1O10O00000000001O000000000O2M2O1O1O1O2N1N2O1O1O1OM",
                        List.of(new double[] {-5.5, -3, 40, 5, 18, 30.2})));
    }

    @ParameterizedTest
    @MethodSource("pycocotools")
    void fillsTheSamePixels(String counts, List<double[]> polygons) {
        assertThat(RunLength.of(PolygonRaster.fill(SIZE, polygons))).isEqualTo(RunLength.parse(SIZE, counts));
    }
}
