package org.samfast.image;

import java.util.Arrays;

/**
 * Chroma of half height at full width (4:4:0, what turning a 4:2:2 photo without loss makes). The JDK's libjpeg 6b
 * repeats its rows; newer ones, and so Pillow, mix each with its nearer neighbour, 3 to 1. Formula: libjpeg-turbo
 * jdsample.c, h1v2_fancy_upsample.
 */
final class JpegUpsampling {
    private JpegUpsampling() {}

    /** Smooths, in place, the components to which that applies. */
    static void smooth(byte[] pixels, JpegSegments jpeg) {
        int components = jpeg.sampling.length;
        int across = Arrays.stream(jpeg.sampling).map(s -> s >> 4).max().orElseThrow();
        int down = Arrays.stream(jpeg.sampling).map(s -> s & 15).max().orElseThrow();
        for (int i = 0; i < components; i++) {
            if (jpeg.sampling[i] >> 4 == across && (jpeg.sampling[i] & 15) * 2 == down) {
                smooth(pixels, i, components, jpeg.width, jpeg.height);
            }
        }
    }

    private static void smooth(byte[] pixels, int component, int step, int width, int height) {
        int stride = width * step;
        int[] above = row(pixels, component, step, width);
        int[] here = above;
        for (int y = 0; y < height; y += 2) {
            int at = y * stride + component;
            int[] below = y + 2 < height ? row(pixels, at + 2 * stride, step, width) : here;
            mix(pixels, at, step, here, above, 1);
            if (y + 1 < height) {
                mix(pixels, at + stride, step, here, below, 2);
            }
            above = here;
            here = below;
        }
    }

    private static void mix(byte[] pixels, int at, int step, int[] near, int[] far, int rounding) {
        for (int x = 0; x < near.length; x++) {
            pixels[at + x * step] = (byte) ((3 * near[x] + far[x] + rounding) >> 2);
        }
    }

    private static int[] row(byte[] pixels, int at, int step, int width) {
        int[] row = new int[width];
        for (int x = 0; x < width; x++) {
            row[x] = pixels[at + x * step] & 255;
        }
        return row;
    }
}
