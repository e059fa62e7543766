package org.samfast.image;

import java.nio.FloatBuffer;

/** Pixels to the encoder's input. CONTRACT STUB. */
public final class Normalization {
    private Normalization() {}

    /** Writes the resized image, normalised and zero-padded right and below, as planes [3][1024][1024]. */
    public static void planes(RgbImage resized, FloatBuffer into) {
        throw new UnsupportedOperationException();
    }
}
