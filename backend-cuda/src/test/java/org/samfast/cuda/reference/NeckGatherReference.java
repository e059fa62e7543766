package org.samfast.cuda.reference;

/** What a 3x3 convolution with padding 1 multiplies: [images][64][64][256] to [images][64][64][3][3][256]. */
public final class NeckGatherReference {
    private static final int SIDE = 64;
    private static final int CHANNELS = 256;

    private NeckGatherReference() {}

    public static float[] gather(float[] in) {
        float[] out = new float[in.length * 9];
        for (int row = 0; row < in.length / CHANNELS; row++) {
            for (int tap = 0; tap < 9; tap++) {
                int y = row / SIDE % SIDE + tap / 3 - 1;
                int x = row % SIDE + tap % 3 - 1;
                if (y >= 0 && y < SIDE && x >= 0 && x < SIDE) {
                    int neighbour = row / (SIDE * SIDE) * SIDE * SIDE + y * SIDE + x;
                    System.arraycopy(in, neighbour * CHANNELS, out, (row * 9 + tap) * CHANNELS, CHANNELS);
                }
            }
        }
        return out;
    }
}
