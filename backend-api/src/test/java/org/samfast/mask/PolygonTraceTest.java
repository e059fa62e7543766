package org.samfast.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.Size;

class PolygonTraceTest {
    @ParameterizedTest
    @CsvSource({"1,1", "1,40", "40,1", "2,2", "3,3", "17,9", "64,48"})
    void drawnBackItIsTheMask(int width, int height) {
        Random random = new Random(11);
        for (int round = 0; round < 60; round++) {
            BinaryMask mask = random(new Size(width, height), random);
            List<MaskPolygon> polygons = PolygonTrace.of(mask);
            assertThat(PolygonFill.of(mask.size(), polygons).pixels()).isEqualTo(mask.pixels());
            assertThat(polygons.stream().mapToDouble(MaskPolygon::area).sum()).isEqualTo((double) mask.area());
            polygons.forEach(PolygonTraceTest::checkRings);
        }
    }

    private static void checkRings(MaskPolygon polygon) {
        checkRing(polygon.shell());
        assertThat(MaskPolygon.ringArea(polygon.shell())).isPositive();
        for (int[] hole : polygon.holes()) {
            checkRing(hole);
            assertThat(MaskPolygon.ringArea(hole)).isNegative();
        }
    }

    /** Upright edges in turn with level ones, and no corner twice. */
    private static void checkRing(int[] ring) {
        Set<Long> corners = new HashSet<>();
        for (int i = 0; i < ring.length; i += 2) {
            int next = (i + 2) % ring.length;
            int afterNext = (i + 4) % ring.length;
            assertThat(ring[i] == ring[next]).isNotEqualTo(ring[i + 1] == ring[next + 1]);
            assertThat(ring[i] == ring[next]).isNotEqualTo(ring[next] == ring[afterNext]);
            assertThat(corners.add(((long) ring[i] << 32) | ring[i + 1])).isTrue();
        }
    }

    @Test
    void pixelsThatTouchAtACornerAreTwoPolygons() {
        assertThat(PolygonTrace.of(mask("#.", ".#")))
                .extracting(MaskPolygon::shell)
                .satisfiesExactly(
                        shell -> assertThat(shell).containsExactly(0, 0, 1, 0, 1, 1, 0, 1),
                        shell -> assertThat(shell).containsExactly(1, 1, 2, 1, 2, 2, 1, 2));
    }

    @Test
    void aRingThatClosesAtACornerHasAHole() {
        List<MaskPolygon> polygons = PolygonTrace.of(mask("###.", "#.#.", "##..", "...."));
        assertThat(polygons).hasSize(1);
        assertThat(polygons.getFirst().holes()).hasSize(1);
        assertThat(polygons.getFirst().holes().getFirst()).containsExactlyInAnyOrder(1, 1, 1, 2, 2, 2, 2, 1);
    }

    @Test
    void holesBelongToTheShellAroundThem() {
        List<MaskPolygon> polygons = PolygonTrace.of(mask(
                "#########", //
                "#.......#",
                "#.#####.#",
                "#.#.#.#.#",
                "#.#####.#",
                "#.......#",
                "#########"));
        assertThat(polygons).extracting(polygon -> polygon.holes().size()).containsExactly(1, 2);
        assertThat(polygons).extracting(MaskPolygon::area).containsExactly(28.0, 13.0);
    }

    @Test
    void anEmptyMaskHasNone() {
        assertThat(PolygonTrace.of(mask("...", "..."))).isEmpty();
    }

    private static BinaryMask random(Size size, Random random) {
        byte[] pixels = new byte[(int) size.area()];
        double share = random.nextDouble();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (random.nextDouble() < share ? 1 : 0);
        }
        return new BinaryMask(size, pixels);
    }

    private static BinaryMask mask(String... rows) {
        String all = String.join("", rows);
        byte[] pixels = new byte[all.length()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (all.charAt(i) == '#' ? 1 : 0);
        }
        return new BinaryMask(new Size(rows[0].length(), rows.length), pixels);
    }
}
