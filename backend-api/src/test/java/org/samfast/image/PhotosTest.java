package org.samfast.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.file.Sha256;

/** From the file to the encoder's input, each stage bit for bit Pillow's and PyTorch's. */
class PhotosTest {
    static Stream<String[]> photos() {
        return TestImages.table("photos.tsv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("photos")
    void everyStageIsTheOriginals(String photo, String pixels, String resized, String planes) throws ImageException {
        RgbImage image =
                ImageReader.read(TestImages.TESTDATA.resolve("images").resolve(photo), ImageReader.DEFAULT_PIXEL_LIMIT);
        assertThat(Sha256.of(image.rgb())).isEqualTo(pixels);
        RgbImage small = ResizeLongestSide.of(image.size()).resize(image);
        assertThat(Sha256.of(small.rgb())).isEqualTo(resized);
        byte[] input = new byte[4 * Normalization.VALUES];
        Normalization.planes(
                small, ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
        assertThat(Sha256.of(input)).isEqualTo(planes);
    }

    @Test
    void aSliceOfABatchIsFilledAndNothingElse() {
        RgbImage image = TestImages.pattern(new Size(1024, 3));
        FloatBuffer batch = FloatBuffer.allocate(2 * Normalization.VALUES + 1);
        Normalization.planes(image, batch.slice(Normalization.VALUES, Normalization.VALUES));
        assertThat(batch.get(Normalization.VALUES)).isEqualTo((0 - 123.675f) / 58.395f);
        assertThat(batch.get(Normalization.VALUES - 1)).isZero();
        assertThat(batch.get(2 * Normalization.VALUES)).isZero();
    }
}
