package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.locationtech.jts.algorithm.Orientation;
import org.locationtech.jts.geom.Geometry;
import org.locationtech.jts.geom.GeometryFactory;
import org.locationtech.jts.geom.LinearRing;
import org.locationtech.jts.geom.Polygon;
import org.locationtech.jts.geom.impl.PackedCoordinateSequence;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** Formats that write outlines, read back by Java2D and JTS: what pixels they cover, and whether they are valid. */
class OutlineFormatsTest {
    private static final GeometryFactory GEOMETRY = new GeometryFactory();

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void polygonsAreValidAndOfTheMasksArea(MaskFixture fixture) throws Exception {
        write(fixture, 0, OutputFormat.POLYGONS);
        List<Polygon> polygons = polygonsOfJson();
        assertThat(polygons).hasSize(fixture.parts()).allMatch(Geometry::isValid);
        assertThat(polygons.stream().mapToInt(Polygon::getNumInteriorRing).sum())
                .isEqualTo(fixture.holes());
        assertThat(polygons.stream().mapToDouble(Polygon::getArea).sum()).isEqualTo((double) fixture.area());
        assertThat(drawn(fixture, polygons).iou(fixture.mask())).isEqualTo(1);
        assertThat(GEOMETRY.createMultiPolygon(polygons.toArray(Polygon[]::new)).isValid())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void simplifiedPolygonsAreValidAndAgreeWithTheMask(MaskFixture fixture) throws Exception {
        write(fixture, 1, OutputFormat.POLYGONS);
        List<Polygon> polygons = polygonsOfJson();
        Geometry all = GEOMETRY.createMultiPolygon(polygons.toArray(Polygon[]::new));
        assertThat(all.isValid()).isTrue();
        assertThat(drawn(fixture, polygons).iou(fixture.mask())).isGreaterThanOrEqualTo(SimplePolygons.LEAST_IOU);
    }

    @Test
    void simplifyingTakesMostCornersOfALargeMask() throws Exception {
        MaskFixture large = MaskFixture.named("large");
        write(large, 0, OutputFormat.POLYGONS);
        int exact = corners(polygonsOfJson());
        write(large, 1, OutputFormat.POLYGONS);
        assertThat(corners(polygonsOfJson())).isLessThan(exact / 3);
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void yoloLinesDrawTheMask(MaskFixture fixture) throws Exception {
        write(fixture, 0, OutputFormat.YOLO);
        List<String> lines = Files.readAllLines(folder.resolve("dog.txt"));
        assertThat(lines).hasSize(fixture.area() == 0 ? 0 : 1);
        Path2D outline = new Path2D.Double(Path2D.WIND_EVEN_ODD);
        for (String line : lines) {
            assertThat(line.split(" ", -1))
                    .hasSizeGreaterThan(6)
                    .startsWith("0")
                    .allMatch(n -> n.matches("1|0(\\.\\d+)?"));
            yolo(outline, line, fixture.mask().size());
        }
        assertThat(drawn(fixture, outline).iou(fixture.mask())).isEqualTo(1);
    }

    @Test
    void yoloClassesKeepTheirNumbers() throws Exception {
        BinaryMask full = MaskFixture.named("full").mask();
        new WrittenFiles(folder, List.of("dog", "cat"), 0, 0, OutputFormat.YOLO).of("a.jpg", full, full);
        new WrittenFiles(folder, List.of("cow", "cat", "cow"), 0, 0, OutputFormat.YOLO).of("b.jpg", full, full, full);
        assertThat(folder.resolve("classes.txt")).hasContent("dog\ncat\ncow\n");
        assertThat(Files.readAllLines(folder.resolve("a.txt")))
                .containsExactly("0 0 0 1 0 1 1 0 1", "1 0 0 1 0 1 1 0 1");
        assertThat(Files.readAllLines(folder.resolve("b.txt")))
                .map(line -> line.charAt(0))
                .containsExactly('2', '1', '2');
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void geoJsonInPixelsIsTheMask(MaskFixture fixture) throws Exception {
        write(fixture, 0, OutputFormat.GEOJSON);
        List<Polygon> polygons = polygonsOfGeoJson();
        assertThat(polygons).hasSize(fixture.parts());
        polygons.forEach(OutlineFormatsTest::checkOrientation);
        assertThat(drawn(fixture, polygons).iou(fixture.mask())).isEqualTo(1);
    }

    @Test
    void geoJsonWithAWorldFileIsInTheWorld() throws Exception {
        MaskFixture fixture = MaskFixture.named("rings");
        Files.writeString(folder.resolve("dog.jgw"), "0.5\n0.1\n0.2\n-0.5\n100000,25\n200000.75\n");
        write(fixture, 0, OutputFormat.GEOJSON);
        List<Polygon> polygons = polygonsOfGeoJson();
        polygons.forEach(OutlineFormatsTest::checkOrientation);
        // area of a pixel: |0.5 * -0.5 - 0.2 * 0.1|
        assertThat(polygons.stream().mapToDouble(Polygon::getArea).sum())
                .isCloseTo(0.27 * fixture.area(), within(1e-6));
        // the world file gives the centre of the first pixel: Java2D's transform of corners is half a pixel before
        AffineTransform toPixels = new AffineTransform(0.5, 0.1, 0.2, -0.5, 100000.25, 200000.75).createInverse();
        Path2D drawn = path2d(polygons);
        drawn.transform(toPixels);
        drawn.transform(AffineTransform.getTranslateInstance(0.5, 0.5));
        assertThat(drawn(fixture, drawn).iou(fixture.mask())).isEqualTo(1);
    }

    private void write(MaskFixture fixture, double tolerance, OutputFormat format) throws IOException {
        new WrittenFiles(folder, List.of("bag & <co>"), tolerance, 0, format)
                .of(folder.resolve("dog.jpg").toString(), fixture.mask());
    }

    private List<Polygon> polygonsOfJson() throws IOException {
        List<Polygon> polygons = new ArrayList<>();
        try (JsonParser json = JsonText.parser(folder.resolve("dog.polygons.json"))) {
            while (json.nextToken() != null) {
                if ("shell".equals(json.currentName()) && json.currentToken() == JsonToken.FIELD_NAME) {
                    json.nextToken();
                    double[] shell = ring(json);
                    json.nextToken();
                    polygons.add(polygon(shell, rings(json)));
                }
            }
        }
        return polygons;
    }

    private List<Polygon> polygonsOfGeoJson() throws IOException {
        List<Polygon> polygons = new ArrayList<>();
        try (JsonParser json = JsonText.parser(folder.resolve("dog.geojson"))) {
            while (json.nextToken() != null) {
                if ("coordinates".equals(json.currentName()) && json.currentToken() == JsonToken.FIELD_NAME) {
                    json.nextToken();
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        List<double[]> rings = ringsAt(json);
                        polygons.add(polygon(rings.getFirst(), rings.subList(1, rings.size())));
                    }
                }
            }
        }
        return polygons;
    }

    private static List<double[]> rings(JsonParser json) throws IOException {
        json.nextToken();
        return ringsAt(json);
    }

    private static List<double[]> ringsAt(JsonParser json) throws IOException {
        List<double[]> rings = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            rings.add(ring(json));
        }
        return rings;
    }

    /** A ring that the parser stands at, closed. */
    private static double[] ring(JsonParser json) throws IOException {
        List<Double> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                numbers.add(json.getDoubleValue());
            }
        }
        if (!numbers.subList(0, 2).equals(numbers.subList(numbers.size() - 2, numbers.size()))) {
            numbers.addAll(List.copyOf(numbers.subList(0, 2)));
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Polygon polygon(double[] shell, List<double[]> holes) {
        return GEOMETRY.createPolygon(
                linear(shell), holes.stream().map(OutlineFormatsTest::linear).toArray(LinearRing[]::new));
    }

    private static LinearRing linear(double[] ring) {
        return GEOMETRY.createLinearRing(new PackedCoordinateSequence.Double(ring, 2, 0));
    }

    /** RFC 7946: shells counterclockwise, holes clockwise. */
    private static void checkOrientation(Polygon polygon) {
        assertThat(polygon.isValid()).isTrue();
        assertThat(Orientation.isCCW(polygon.getExteriorRing().getCoordinates()))
                .isTrue();
        for (int i = 0; i < polygon.getNumInteriorRing(); i++) {
            assertThat(Orientation.isCCW(polygon.getInteriorRingN(i).getCoordinates()))
                    .isFalse();
        }
    }

    private static int corners(List<Polygon> polygons) {
        return polygons.stream().mapToInt(Polygon::getNumPoints).sum();
    }

    private static BinaryMask drawn(MaskFixture fixture, List<Polygon> polygons) {
        return drawn(fixture, path2d(polygons));
    }

    private static Path2D path2d(List<Polygon> polygons) {
        Path2D path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
        for (Polygon polygon : polygons) {
            add(path, polygon.getExteriorRing());
            for (int i = 0; i < polygon.getNumInteriorRing(); i++) {
                add(path, polygon.getInteriorRingN(i));
            }
        }
        return path;
    }

    private static void add(Path2D path, LinearRing ring) {
        for (int i = 0; i < ring.getNumPoints() - 1; i++) {
            if (i == 0) {
                path.moveTo(ring.getCoordinateN(i).x, ring.getCoordinateN(i).y);
            } else {
                path.lineTo(ring.getCoordinateN(i).x, ring.getCoordinateN(i).y);
            }
        }
        path.closePath();
    }

    private static void yolo(Path2D path, String line, Size size) {
        String[] numbers = line.split(" ", -1);
        for (int i = 1; i < numbers.length; i += 2) {
            double x = Double.parseDouble(numbers[i]) * size.width();
            double y = Double.parseDouble(numbers[i + 1]) * size.height();
            if (i == 1) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
        }
        path.closePath();
    }

    /** The pixels whose centres lie in the path. */
    private static BinaryMask drawn(MaskFixture fixture, Path2D path) {
        Size size = fixture.mask().size();
        byte[] pixels = new byte[(int) size.area()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (path.contains(i % size.width() + 0.5, Math.floorDiv(i, size.width()) + 0.5) ? 1 : 0);
        }
        return new BinaryMask(size, pixels);
    }
}
