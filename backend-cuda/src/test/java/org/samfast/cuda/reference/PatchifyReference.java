package org.samfast.cuda.reference;

import java.nio.FloatBuffer;
import org.samfast.image.Normalization;
import org.samfast.image.RgbImage;

/** The planes of {@link Normalization}, cut into patches: [64*64][3][16][16]. */
public final class PatchifyReference {
    private static final int SIDE = Normalization.SIDE;
    private static final int PATCH = 16;

    private PatchifyReference() {}

    public static float[] patches(RgbImage image) {
        float[] planes = new float[Normalization.VALUES];
        Normalization.planes(image, FloatBuffer.wrap(planes));
        float[] out = new float[planes.length];
        for (int i = 0; i < planes.length; i++) {
            int plane = i / (SIDE * SIDE);
            int y = i / SIDE % SIDE;
            int x = i % SIDE;
            int token = y / PATCH * (SIDE / PATCH) + x / PATCH;
            out[((token * 3 + plane) * PATCH + y % PATCH) * PATCH + x % PATCH] = planes[i];
        }
        return out;
    }
}
