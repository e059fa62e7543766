package org.samfast.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;

/** The first page of a TIFF, upright. Source: TIFF 6.0. */
final class TiffDecoder {
    private static final int PALETTE = 3;
    private static final int CMYK = 5;
    private static final int MOST_SAMPLES = 8;

    private TiffDecoder() {}

    static RgbImage decode(byte[] file, PixelLimit limit) throws BadImage {
        TiffTags tags = TiffTags.of(file, 0, file.length);
        if (tags.isEmpty()) {
            throw BadImage.cut("TIFF");
        }
        if (tags.get(TiffTags.SAMPLES_PER_PIXEL) > MOST_SAMPLES) {
            throw new BadImage("a TIFF of " + tags.get(TiffTags.SAMPLES_PER_PIXEL)
                    + " samples per pixel is not supported; convert it to RGB first");
        }
        BufferedImage image = ImageIoDecoder.decode("TIFF", file, limit);
        Size size = new Size(image.getWidth(), image.getHeight());
        return Orientation.apply(new RgbImage(size, rgb(image, tags)), tags.orientation());
    }

    private static byte[] rgb(BufferedImage image, TiffTags tags) throws BadImage {
        Raster raster = image.getRaster();
        int photometric = tags.get(TiffTags.PHOTOMETRIC);
        if (photometric == CMYK && raster.getNumBands() >= 4) {
            return Cmyk.toRgb(RasterPixels.bands(raster, 0, 1, 2, 3));
        }
        if (photometric == PALETTE && raster.getNumBands() == 1) {
            return RasterPixels.indexed(raster, palette(tags.colorMap()));
        }
        return RasterPixels.rgb(image);
    }

    /** All reds, then greens, then blues, of 16 bits each, to 0xRRGGBB by their high bytes. */
    private static int[] palette(int[] map) {
        int size = map.length / 3;
        int[] palette = new int[size];
        for (int i = 0; i < size; i++) {
            palette[i] = ((map[i] >> 8) << 16) | ((map[size + i] >> 8) << 8) | (map[2 * size + i] >> 8);
        }
        return palette;
    }
}
