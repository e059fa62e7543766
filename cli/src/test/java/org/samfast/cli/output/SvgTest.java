package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.batik.transcoder.TranscoderInput;
import org.apache.batik.transcoder.TranscoderOutput;
import org.apache.batik.transcoder.image.ImageTranscoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** SVG files, drawn by Batik. */
class SvgTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void drawnItIsTheMask(MaskFixture fixture) throws Exception {
        assertThat(drawn(fixture, 0).iou(fixture.mask())).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void simplifiedItAgreesWithTheMask(MaskFixture fixture) throws Exception {
        assertThat(drawn(fixture, 1).iou(fixture.mask())).isGreaterThanOrEqualTo(SimplePolygons.LEAST_IOU);
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void saysWhatItShows(MaskFixture fixture) throws Exception {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(write(fixture, 1).toFile());
        Size size = fixture.mask().size();
        assertThat(document.getDocumentElement().getAttribute("viewBox"))
                .isEqualTo("0 0 " + size.width() + " " + size.height());
        assertThat(document.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("bag & <co> 1");
    }

    private Path write(MaskFixture fixture, double tolerance) throws Exception {
        new WrittenFiles(folder, List.of("bag & <co>"), tolerance, 0, OutputFormat.SVG).of("dog.jpg", fixture.mask());
        return folder.resolve("dog.svg");
    }

    /** The pixels that are covered to at least a half. */
    private BinaryMask drawn(MaskFixture fixture, double tolerance) throws Exception {
        Drawing drawing = new Drawing();
        drawing.transcode(new TranscoderInput(write(fixture, tolerance).toUri().toString()), new TranscoderOutput());
        Size size = fixture.mask().size();
        BufferedImage image = Objects.requireNonNull(drawing.image);
        int[] alpha = image.getAlphaRaster().getPixels(0, 0, size.width(), size.height(), (int[]) null);
        byte[] pixels = new byte[alpha.length];
        for (int i = 0; i < alpha.length; i++) {
            pixels[i] = (byte) (alpha[i] >= 128 ? 1 : 0);
        }
        return new BinaryMask(size, pixels);
    }

    /** Keeps the picture in memory. */
    private static final class Drawing extends ImageTranscoder {
        @Nullable
        BufferedImage image;

        @Override
        public BufferedImage createImage(int width, int height) {
            return new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        }

        @Override
        public void writeImage(BufferedImage drawn, TranscoderOutput output) {
            image = drawn;
        }
    }
}
