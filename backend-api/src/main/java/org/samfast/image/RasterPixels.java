package org.samfast.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/** The samples of a decoded image as RGB bytes: no colour management, no alpha, the high byte of wide samples. */
final class RasterPixels {
    private RasterPixels() {}

    static byte[] rgb(BufferedImage image) {
        Raster raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            return indexed(raster, palette);
        }
        if (raster.getDataBuffer() instanceof DataBufferByte buffer
                && raster.getSampleModel() instanceof PixelInterleavedSampleModel model) {
            return interleaved(raster, buffer.getData(), model);
        }
        return anyLayout(raster);
    }

    private static byte[] indexed(Raster raster, IndexColorModel palette) {
        int[] colors = new int[1 << 16];
        palette.getRGBs(colors);
        byte[] rgb = new byte[raster.getWidth() * raster.getHeight() * 3];
        int[] row = new int[raster.getWidth()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, row.length, 1, 0, row);
            for (int index : row) {
                rgb[to++] = (byte) (colors[index] >> 16);
                rgb[to++] = (byte) (colors[index] >> 8);
                rgb[to++] = (byte) colors[index];
            }
        }
        return rgb;
    }

    private static byte[] interleaved(Raster raster, byte[] data, PixelInterleavedSampleModel model) {
        int[] offsets = model.getBandOffsets();
        boolean colored = offsets.length > 2;
        int green = offsets[colored ? 1 : 0];
        int blue = offsets[colored ? 2 : 0];
        byte[] rgb = new byte[raster.getWidth() * raster.getHeight() * 3];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            int from = y * model.getScanlineStride();
            for (int x = 0; x < raster.getWidth(); x++) {
                rgb[to++] = data[from + offsets[0]];
                rgb[to++] = data[from + green];
                rgb[to++] = data[from + blue];
                from += model.getPixelStride();
            }
        }
        return rgb;
    }

    private static byte[] anyLayout(Raster raster) {
        int bands = raster.getNumBands();
        int[] depths = raster.getSampleModel().getSampleSize();
        byte[] rgb = new byte[raster.getWidth() * raster.getHeight() * 3];
        int[] row = new int[raster.getWidth() * bands];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, raster.getWidth(), 1, row);
            for (int from = 0; from < row.length; from += bands) {
                for (int color = 0; color < 3; color++) {
                    int band = bands > 2 ? color : 0;
                    rgb[to++] = toByte(row[from + band], depths[band]);
                }
            }
        }
        return rgb;
    }

    private static byte toByte(int sample, int depth) {
        return (byte) (depth >= 8 ? sample >>> (depth - 8) : sample * 255 / ((1 << depth) - 1));
    }
}
