package org.samfast.mask;

import org.samfast.image.Size;

/**
 * One mask at the size of its image.
 *
 * @param pixels row-major [height][width], 1 inside and 0 outside, owned by this mask: not to be written to
 */
public record BinaryMask(Size size, byte[] pixels) {
    public BinaryMask {
        if (pixels.length != size.area()) {
            throw new IllegalArgumentException(
                    "mask " + size + ": expected " + size.area() + " bytes, got " + pixels.length);
        }
    }

    /** Pixels inside the mask. */
    public long area() {
        long inside = 0;
        for (byte pixel : pixels) {
            inside += pixel;
        }
        return inside;
    }
}
