package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;

class SyntheticImagesTest {
    @Test
    void theyAreTheSameEverywhereAndDifferFromEachOther() {
        List<RgbImage> images = SyntheticImages.first(3);
        assertThat(images).allSatisfy(image -> assertThat(image.size()).isEqualTo(new Size(640, 480)));
        // what this generator gave when it was written: rows of different machines stay comparable
        assertThat(images.stream().map(SyntheticImagesTest::checksum))
                .containsExactly(2979331540L, 3768935308L, 3965585810L);
    }

    @Test
    void theyUseMostLevelsAndAreSmoothLikePhotos() {
        byte[] rgb = SyntheticImages.first(1).getFirst().rgb();
        int[] histogram = new int[256];
        long steps = 0;
        for (int i = 3; i < rgb.length; i++) {
            histogram[rgb[i] & 0xff]++;
            steps += Math.abs((rgb[i] & 0xff) - (rgb[i - 3] & 0xff));
        }
        assertThat(Arrays.stream(histogram).filter(count -> count > 0).count()).isGreaterThan(200);
        assertThat((double) steps / rgb.length).isBetween(1.0, 8.0);
    }

    private static long checksum(RgbImage image) {
        CRC32 crc = new CRC32();
        crc.update(image.rgb());
        return crc.getValue();
    }
}
