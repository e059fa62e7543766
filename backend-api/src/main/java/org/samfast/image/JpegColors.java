package org.samfast.image;

import java.util.Arrays;

/**
 * Components of a JPEG to RGB. Which colour space they are in follows libjpeg's default_decompress_parms, the integer
 * formulas its jdcolor.c; inks are taken as inverted, which is how Adobe writes them and Pillow reads them.
 */
final class JpegColors {
    private static final int HALF = 1 << 15;
    private static final int RED_CR = fixed(1.402);
    private static final int GREEN_CB = fixed(0.34414);
    private static final int GREEN_CR = fixed(0.71414);
    private static final int BLUE_CB = fixed(1.772);

    private JpegColors() {}

    /** The pixels, in the same array where there are three components. */
    static byte[] toRgb(byte[] components, JpegSegments jpeg) throws BadImage {
        return switch (jpeg.componentIds.length) {
            case 1 -> grey(components);
            case 3 -> isRgb(jpeg) ? components : yccToRgb(components, 3);
            case 4 -> Cmyk.toRgb(inverted(jpeg.adobeTransform > 0 ? yccToCmy(components) : components));
            default ->
                throw new BadImage("a JPEG of " + jpeg.componentIds.length
                        + " components is not supported; save it as an RGB JPEG or PNG first");
        };
    }

    private static boolean isRgb(JpegSegments jpeg) {
        if (jpeg.jfif || jpeg.adobeTransform >= 0) {
            return !jpeg.jfif && jpeg.adobeTransform == 0;
        }
        return Arrays.equals(jpeg.componentIds, new int[] {'R', 'G', 'B'});
    }

    private static byte[] grey(byte[] values) {
        byte[] rgb = new byte[values.length * 3];
        for (int i = 0; i < values.length; i++) {
            rgb[3 * i] = values[i];
            rgb[3 * i + 1] = values[i];
            rgb[3 * i + 2] = values[i];
        }
        return rgb;
    }

    private static byte[] yccToRgb(byte[] pixels, int step) {
        for (int i = 0; i + step <= pixels.length; i += step) {
            int y = pixels[i] & 255;
            int cb = (pixels[i + 1] & 255) - 128;
            int cr = (pixels[i + 2] & 255) - 128;
            pixels[i] = clip(y + ((RED_CR * cr + HALF) >> 16));
            pixels[i + 1] = clip(y + ((-GREEN_CB * cb - GREEN_CR * cr + HALF) >> 16));
            pixels[i + 2] = clip(y + ((BLUE_CB * cb + HALF) >> 16));
        }
        return pixels;
    }

    private static byte[] yccToCmy(byte[] pixels) {
        yccToRgb(pixels, 4);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 4 == 3 ? pixels[i] : ~pixels[i]);
        }
        return pixels;
    }

    private static byte[] inverted(byte[] inks) {
        for (int i = 0; i < inks.length; i++) {
            inks[i] = (byte) ~inks[i];
        }
        return inks;
    }

    private static byte clip(int value) {
        return (byte) Math.clamp(value, 0, 255);
    }

    private static int fixed(double value) {
        return (int) (value * 65536 + 0.5);
    }
}
