package org.samfast.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;

/** The samples of a decoded image as bytes: no colour management, no alpha, the high byte of wide samples. */
final class RasterPixels {
    private RasterPixels() {}

    /** The image as it is stored. */
    static RgbImage image(BufferedImage image) throws BadImage {
        return new RgbImage(new Size(image.getWidth(), image.getHeight()), rgb(image));
    }

    /** The image as RGB, row-major [height][width][3]. */
    static byte[] rgb(BufferedImage image) throws BadImage {
        Raster raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            int[] colors = new int[palette.getMapSize()];
            palette.getRGBs(colors);
            return indexed(raster, colors);
        }
        return bands(raster, raster.getNumBands() > 2 ? new int[] {0, 1, 2} : new int[] {0, 0, 0});
    }

    /** The colours 0xRRGGBB of a one-band raster of indexes; black where an index is past the palette's end. */
    static byte[] indexed(Raster raster, int[] palette) throws BadImage {
        checkSamples(raster.getTransferType(), raster.getSampleModel().getSampleSize());
        int[] colors = Arrays.copyOf(palette, 1 << 16);
        byte[] rgb = new byte[Math.multiplyExact(raster.getWidth() * 3, raster.getHeight())];
        int[] row = new int[raster.getWidth()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, row.length, 1, 0, row);
            for (int sample : row) {
                int index = sample & 0xffff; // a signed one is negative
                rgb[to++] = (byte) (colors[index] >> 16);
                rgb[to++] = (byte) (colors[index] >> 8);
                rgb[to++] = (byte) colors[index];
            }
        }
        return rgb;
    }

    /** Those bands in that order, row-major [height][width][bands]. */
    static byte[] bands(Raster raster, int... bands) throws BadImage {
        if (raster.getDataBuffer() instanceof DataBufferByte buffer
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel model) {
            return interleaved(raster, buffer, model, bands);
        }
        return anyLayout(raster, bands);
    }

    private static byte[] interleaved(
            Raster raster, DataBufferByte buffer, PixelInterleavedSampleModel model, int[] bands) {
        byte[] data = buffer.getData();
        int[] offsets =
                Arrays.stream(bands).map(band -> model.getBandOffsets()[band]).toArray();
        byte[] out = new byte[Math.multiplyExact(raster.getWidth() * bands.length, raster.getHeight())];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            int from = buffer.getOffset() + y * model.getScanlineStride();
            for (int x = 0; x < raster.getWidth(); x++) {
                for (int offset : offsets) {
                    out[to++] = data[from + offset];
                }
                from += model.getPixelStride();
            }
        }
        return out;
    }

    private static byte[] anyLayout(Raster raster, int[] bands) throws BadImage {
        int step = raster.getNumBands();
        int[] depths = raster.getSampleModel().getSampleSize();
        checkSamples(raster.getTransferType(), depths);
        byte[] out = new byte[Math.multiplyExact(raster.getWidth() * bands.length, raster.getHeight())];
        int[] row = new int[raster.getWidth() * step];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int from = 0; from < row.length; from += step) {
                for (int band : bands) {
                    out[to++] = toByte(row[from + band], depths[band]);
                }
            }
        }
        return out;
    }

    private static void checkSamples(int type, int[] depths) throws BadImage {
        if (type == DataBuffer.TYPE_FLOAT
                || type == DataBuffer.TYPE_DOUBLE
                || Arrays.stream(depths).anyMatch(d -> d > 16)) {
            throw new BadImage("samples of more than 16 bits are not supported; convert it to 8 bits first");
        }
        if (Arrays.stream(depths).anyMatch(d -> d < 1)) {
            throw new BadImage("its header says that a sample has no bits; the file is damaged");
        }
    }

    private static byte toByte(int sample, int depth) {
        return (byte) (depth >= 8 ? sample >>> (depth - 8) : sample * 255 / ((1 << depth) - 1));
    }
}
