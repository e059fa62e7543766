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

    /** The smallest box around the pixels inside. */
    public MaskBox box() {
        return MaskBox.of(this);
    }

    /**
     * Pixels inside both over pixels inside either; 1 where both masks are empty.
     *
     * @throws IllegalArgumentException where the sizes differ
     */
    public double iou(BinaryMask other) {
        if (!size.equals(other.size)) {
            throw new IllegalArgumentException("IoU: expected a mask of " + size + ", got " + other.size);
        }
        long both = 0;
        long either = 0;
        for (int i = 0; i < pixels.length; i++) {
            both += pixels[i] & other.pixels[i];
            either += pixels[i] | other.pixels[i];
        }
        return either == 0 ? 1 : (double) both / either;
    }
}
