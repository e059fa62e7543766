package org.samfast.image;

/** CMYK to RGB without a profile. Formula: Pillow src/libImaging/Convert.c, cmyk2rgb. */
final class Cmyk {
    private Cmyk() {}

    /** Inks [pixels][4], 255 is full ink, to RGB [pixels][3]. */
    static byte[] toRgb(byte[] inks) {
        byte[] rgb = new byte[inks.length / 4 * 3];
        int to = 0;
        for (int i = 0; i + 4 <= inks.length; i += 4) {
            int light = 255 - (inks[i + 3] & 255);
            for (int ink = 0; ink < 3; ink++) {
                rgb[to++] = (byte) (light - share(inks[i + ink] & 255, light));
            }
        }
        return rgb;
    }

    /** {@code a * b / 255}, rounded. */
    private static int share(int a, int b) {
        int product = a * b + 128;
        return ((product >> 8) + product) >> 8;
    }
}
