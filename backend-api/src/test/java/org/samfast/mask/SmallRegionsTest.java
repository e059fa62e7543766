package org.samfast.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.file.Sha256;
import org.samfast.image.Size;

/** Against OpenCV. */
class SmallRegionsTest {
    static Stream<String[]> masks() {
        return TestImages.table("../everything/regions.tsv");
    }

    @ParameterizedTest(name = "{0} {1}x{2} seed {3}, at least {4}")
    @MethodSource("masks")
    void regionsAreOpenCvs(ArgumentsAccessor row) {
        Size size = new Size(row.getInteger(1), row.getInteger(2));
        BinaryMask mask = mask(row.getString(0), size, row.getInteger(3));
        ConnectedComponents components = ConnectedComponents.inside(mask);
        assertThat(components.count()).isEqualTo(row.getInteger(5));
        if (components.count() > 0) {
            int largest = components.largest();
            assertThat(components.area(largest)).isEqualTo(row.getLong(6));
            MaskBox box = components.turned(component -> component != largest).box();
            assertThat(box.x() + "," + box.y()).isEqualTo(row.getString(7));
        }
        long minArea = row.getLong(4);
        assertThat(digest(SmallRegions.fillHoles(mask, minArea))).isEqualTo(row.getString(8));
        assertThat(digest(SmallRegions.removeIslands(mask, minArea))).isEqualTo(row.getString(9));
    }

    @Test
    void aMaskWithoutSmallRegionsIsTheSameObject() {
        BinaryMask mask = mask("blobs", new Size(64, 33), 5);
        assertThat(SmallRegions.fillHoles(mask, 1)).isSameAs(mask);
        assertThat(SmallRegions.removeIslands(mask, 1)).isSameAs(mask);
        BinaryMask pixel = new BinaryMask(new Size(1, 1), new byte[] {1});
        assertThat(SmallRegions.removeIslands(pixel, 2))
                .isNotSameAs(pixel)
                .usingRecursiveComparison()
                .isEqualTo(pixel);
    }

    @Test
    void anEmptyMaskHasNoLargestComponent() {
        ConnectedComponents none = ConnectedComponents.inside(new BinaryMask(new Size(2, 2), new byte[4]));
        assertThatIllegalStateException().isThrownBy(none::largest).withMessage("the mask has no component");
    }

    private static BinaryMask mask(String kind, Size size, int seed) {
        return kind.equals("blobs") ? TestImages.blobs(size, seed) : speckles(size, seed);
    }

    private static BinaryMask speckles(Size size, int seed) {
        byte[] pixels = new byte[(int) size.area()];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % size.width();
            int y = i / size.width();
            pixels[i] = (byte) ((x * x * (seed + 3) + y * y * 7 + x * y * 5) % 101 < 18 + 5 * seed ? 1 : 0);
        }
        return new BinaryMask(size, pixels);
    }

    private static String digest(BinaryMask mask) {
        return Sha256.of(mask.pixels()).substring(0, 16);
    }
}
