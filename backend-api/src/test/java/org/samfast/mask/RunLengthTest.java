package org.samfast.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.image.CropBox;
import org.samfast.image.Size;

/** Against pycocotools. */
class RunLengthTest {
    static Stream<String[]> masks() {
        return TestImages.table("coco.tsv");
    }

    @ParameterizedTest(name = "{0}x{1} {2}")
    @MethodSource("masks")
    void isPycocotools(
            String width,
            String height,
            String seed,
            String area,
            String box,
            String iou,
            String counts,
            String compressed) {
        Size size = TestImages.size(width, height);
        BinaryMask mask = TestImages.blobs(size, Integer.parseInt(seed));
        RunLength runs = RunLength.of(mask);
        assertThat(runs.counts())
                .containsExactly(Arrays.stream(counts.split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray());
        assertThat(runs.compressed()).isEqualTo(compressed);
        assertThat(RunLength.parse(size, compressed)).isEqualTo(runs);
        assertThat(runs.mask().pixels()).isEqualTo(mask.pixels());
        assertThat(runs.area()).isEqualTo(mask.area()).isEqualTo(Long.parseLong(area));
        assertThat(text(mask.box())).isEqualTo(box);
        BinaryMask other = TestImages.blobs(size, (Integer.parseInt(seed) + 3) % 12);
        assertThat(mask.iou(other)).isCloseTo(Double.parseDouble(iou), within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"0,0,7,5,7,5", "0,0,7,5,9,8", "2,3,9,8,9,8", "1,2,8,7,20,9", "3,0,10,5,10,6", "0,1,1,6,4,7"})
    void aCropsMaskIsTheImagesMaskWithNothingAround(int x0, int y0, int x1, int y1, int width, int height) {
        CropBox crop = new CropBox(x0, y0, x1, y1);
        Size image = new Size(width, height);
        for (int seed = 0; seed < 12; seed++) {
            BinaryMask mask = TestImages.blobs(crop.size(), seed);
            byte[] whole = new byte[width * height];
            for (int y = y0; y < y1; y++) {
                System.arraycopy(mask.pixels(), (y - y0) * (x1 - x0), whole, y * width + x0, x1 - x0);
            }
            assertThat(RunLength.of(mask).uncropped(crop, image)).isEqualTo(RunLength.of(new BinaryMask(image, whole)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4|run lengths: expected a sum of 3x2 = 6 pixels, got 4",
                "O|compressed run lengths: run 0 is -1, expected 0 to 6",
                "``````````|compressed run lengths: the number at 0 does not end",
                "3é|compressed run lengths: character 1 is not one that COCO writes",
                "oooo3|compressed run lengths: run 0 is 4194303, expected 0 to 6"
            })
    void aDamagedStringIsRefused(String compressed, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunLength.parse(new Size(3, 2), compressed))
                .withMessage(sentence);
    }

    @Test
    void runsThatDoNotFillTheImageAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RunLength(new Size(3, 2), new int[] {7, -1}))
                .withMessage("run lengths: expected 0 or more, got -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RunLength(new Size(3, 2), new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 8}))
                .withMessageContaining("expected a sum of 3x2 = 6 pixels, got 4294967302");
    }

    @Test
    void emptyMasksAgreeAndSizesMustMatch() {
        BinaryMask empty = new BinaryMask(new Size(2, 2), new byte[4]);
        assertThat(empty.iou(empty)).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> empty.iou(new BinaryMask(new Size(4, 1), new byte[4])))
                .withMessage("IoU: expected a mask of 2x2, got 4x1");
    }

    private static String text(MaskBox box) {
        return box.x() + "," + box.y() + "," + box.width() + "," + box.height();
    }
}
