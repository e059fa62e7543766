package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskBox;
import org.samfast.mask.MaskCleanup;
import org.samfast.mask.RunLength;
import org.samfast.prompt.ImageBox;

/** Pictures of masks, read back by the JDK, and what SciPy, OpenCV and pycocotools make of the same masks. */
class RasterFormatsTest {
    private static final Size SIZE = new Size(6, 2);

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void measuresAndRunLengthsArePycocotools(MaskFixture fixture) {
        MaskBox box = fixture.mask().box();
        assertThat(fixture.mask().area()).isEqualTo(fixture.area());
        assertThat(new int[] {box.x(), box.y(), box.width(), box.height()}).isEqualTo(fixture.box());
        assertThat(RunLength.of(fixture.mask()).compressed()).isEqualTo(fixture.counts());
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void cleaningUpIsScipysAndOpenCvs(MaskFixture fixture) {
        assertThat(cleaned(fixture, new MaskCleanup(false, MaskCleanup.ALL_HOLES, 0, false)))
                .isEqualTo(fixture.grey("filled", 255));
        assertThat(cleaned(fixture, new MaskCleanup(false, 0, 20, false))).isEqualTo(fixture.grey("islands", 255));
        assertThat(cleaned(fixture, new MaskCleanup(false, 0, 0, true))).isEqualTo(fixture.grey("largest", 255));
    }

    private static int[] cleaned(MaskFixture fixture, MaskCleanup cleanup) {
        byte[] pixels = cleanup.apply(fixture.mask(), null).pixels();
        return ints(pixels);
    }

    private static int[] ints(byte[] bytes) {
        int[] ints = new int[bytes.length];
        Arrays.setAll(ints, i -> bytes[i] & 0xff);
        return ints;
    }

    @Test
    void clippingKeepsPixelsWhoseCentreIsInTheBox() {
        BinaryMask full = row("111111", "111111");
        MaskCleanup clip = new MaskCleanup(true, 0, 0, false);
        assertThat(clip.apply(full, new ImageBox(1.5, 0, 3.6, 1)).pixels())
                .isEqualTo(row("011100", "000000").pixels());
        assertThat(clip.apply(full, new ImageBox(-9, -9, 99, 99)).pixels()).isEqualTo(full.pixels());
        assertThat(clip.apply(full, new ImageBox(7, 0, 9, 9)).area()).isZero();
    }

    @ParameterizedTest
    @MethodSource("org.samfast.cli.output.MaskFixture#all")
    void softEdgesAreScipysDistances(MaskFixture fixture) throws Exception {
        new WrittenFiles(folder, List.of(), 0, 5, OutputFormat.CUTOUT).of("dog.jpg", fixture.photo(), fixture.mask());
        int[] alpha = ImageIO.read(folder.resolve("dog.cutout.png").toFile())
                .getAlphaRaster()
                .getPixels(
                        0,
                        0,
                        fixture.mask().size().width(),
                        fixture.mask().size().height(),
                        (int[]) null);
        assertThat(alpha).isEqualTo(fixture.grey("soft", 1));
    }

    @Test
    void aCutOutIsTheImageInsideAndNothingOutside() throws Exception {
        MaskFixture fixture = MaskFixture.named("blobs");
        RgbImage photo = fixture.photo();
        new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.CUTOUT).of("dog.jpg", photo, fixture.mask());
        BufferedImage read = ImageIO.read(folder.resolve("dog.cutout.png").toFile());
        for (int i = 0; i < fixture.mask().pixels().length; i++) {
            int rgb = new Color(photo.rgb()[3 * i] & 0xff, photo.rgb()[3 * i + 1] & 0xff, photo.rgb()[3 * i + 2] & 0xff)
                    .getRGB();
            int wanted = fixture.mask().pixels()[i] == 1 ? rgb : 0;
            int width = photo.size().width();
            assertThat(read.getRGB(i % width, Math.floorDiv(i, width))).isEqualTo(wanted);
        }
    }

    @Test
    void anIndexNumbersTheMasksAndShowsTheSmallerOnTop() throws Exception {
        new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.INDEX, OutputFormat.MERGED)
                .of("dog.jpg", row("011000", "000000"), row("111110", "000000"), row("000000", "000011"));
        BufferedImage index = ImageIO.read(folder.resolve("dog.index.png").toFile());
        assertThat(index.getRaster().getSamples(0, 0, 6, 2, 0, (int[]) null))
                .containsExactly(2, 1, 1, 2, 2, 0, 0, 0, 0, 0, 3, 3);
        assertThat(index.getColorModel()).isInstanceOf(IndexColorModel.class);
        assertThat(index.getRGB(1, 0)).isEqualTo(0xff1e90ff);
        BufferedImage merged = ImageIO.read(folder.resolve("dog.merged.png").toFile());
        assertThat(merged.getRaster().getSamples(0, 0, 6, 2, 0, (int[]) null))
                .containsExactly(255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 255, 255);
    }

    @Test
    void anIndexOfManyMasksIsGreyIn16Bits() throws Exception {
        BinaryMask[] masks = new BinaryMask[300];
        Arrays.fill(masks, row("000000", "000000"));
        masks[299] = row("000001", "000000");
        new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.INDEX).of("dog.jpg", masks);
        var raster = ImageIO.read(folder.resolve("dog.index.png").toFile()).getRaster();
        assertThat(raster.getTransferType()).isEqualTo(DataBuffer.TYPE_USHORT);
        assertThat(raster.getSamples(0, 0, 6, 1, 0, (int[]) null)).containsExactly(0, 0, 0, 0, 0, 300);
    }

    @Test
    void anyImageHasNoEdgeAtItsBorder() {
        assertThat(ints(CutOut.opacity(row("111111", "111111"), 4))).containsOnly(255);
    }

    @Test
    void aWorldFileThatIsNoneEndsWithASentence() throws Exception {
        java.nio.file.Files.writeString(folder.resolve("dog.wld"), "1\n0\n0\n0\n5\n5\n");
        String image = folder.resolve("dog.png").toString();
        assertThatThrownBy(() -> new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.GEOJSON)
                        .of(image, row("111111", "111111")))
                .hasMessageStartingWith(folder.resolve("dog.wld") + ": expected a world file, six numbers");
        assertThat(WorldFile.names("dog.JPG")).containsExactly("dog.JGW", "dog.JPGW", "dog.wld", "dog.WLD");
        assertThat(WorldFile.names("a.tiff")).startsWith("a.tfw", "a.tiffw");
    }

    private static BinaryMask row(String... rows) {
        String all = String.join("", rows);
        byte[] pixels = new byte[all.length()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (all.charAt(i) - '0');
        }
        return new BinaryMask(SIZE, pixels);
    }
}
