package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** Against the JDK's own PNG reader. */
class PngWriterTest {
    @ParameterizedTest
    @CsvSource({"1,1", "7,5", "3,400", "640,481"})
    void writesMasksAsGrey(int width, int height) throws Exception {
        byte[] pixels = new byte[width * height];
        Random random = new Random(7);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) random.nextInt(2);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PngWriter.write(out, new BinaryMask(new Size(width, height), pixels));
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(out.toByteArray()));
        assertThat(read.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
        int[] got = read.getRaster().getPixels(0, 0, width, height, (int[]) null);
        assertThat(got).hasSize(pixels.length);
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isEqualTo(pixels[i] * 255);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "7,5", "3,400", "640,481"})
    void writesImagesAsRgb(int width, int height) throws Exception {
        byte[] rgb = new byte[width * height * 3];
        new Random(7).nextBytes(rgb);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PngWriter.write(out, new RgbImage(new Size(width, height), rgb));
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(out.toByteArray()));
        int[] got = read.getRaster().getPixels(0, 0, width, height, (int[]) null);
        assertThat(got).hasSize(rgb.length);
        for (int i = 0; i < got.length; i++) {
            assertThat((byte) got[i]).isEqualTo(rgb[i]);
        }
    }
}
