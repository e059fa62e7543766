package org.samfast.cli.output;

import java.awt.image.Raster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** The masks of testdata/golden/formats, and what pycocotools, SciPy and OpenCV say of them. */
record MaskFixture(String name, BinaryMask mask, long area, int[] box, int parts, int holes, String counts) {
    private static final Path FOLDER = Path.of(System.getProperty("sam.testdata"), "golden/formats");

    static Stream<MaskFixture> all() {
        try {
            return Files.readAllLines(FOLDER.resolve("expected.tsv")).stream()
                    .skip(1)
                    .map(MaskFixture::of);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MaskFixture named(String name) {
        return all().filter(fixture -> fixture.name.equals(name)).findFirst().orElseThrow();
    }

    private static MaskFixture of(String line) {
        String[] cells = line.split("\t", -1);
        int[] box = Arrays.stream(cells[2].split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        return new MaskFixture(
                cells[0],
                mask(cells[0]),
                Long.parseLong(cells[1]),
                box,
                Integer.parseInt(cells[3]),
                Integer.parseInt(cells[4]),
                cells[5]);
    }

    private static BinaryMask mask(String name) {
        Raster raster = raster(name + ".png");
        int[] grey = grey(name + ".png");
        byte[] pixels = new byte[grey.length];
        for (int i = 0; i < grey.length; i++) {
            pixels[i] = (byte) (grey[i] / 255);
        }
        return new BinaryMask(new Size(raster.getWidth(), raster.getHeight()), pixels);
    }

    /** Another picture of this mask. */
    int[] grey(String picture, int scale) {
        return Arrays.stream(grey(name + "." + picture + ".png"))
                .map(level -> level / scale)
                .toArray();
    }

    private static int[] grey(String file) {
        Raster raster = raster(file);
        return raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
    }

    private static Raster raster(String file) {
        try {
            return ImageIO.read(FOLDER.resolve(file).toFile()).getRaster();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An image of the mask's size. */
    RgbImage photo() {
        byte[] rgb = new byte[3 * mask.pixels().length];
        new Random(5).nextBytes(rgb);
        return new RgbImage(mask.size(), rgb);
    }

    @Override
    public String toString() {
        return name;
    }
}
