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

    /** What lies in a box of the image, as a mask of the box's size. */
    public BinaryMask part(MaskBox box) {
        byte[] part = new byte[Math.multiplyExact(box.width(), box.height())];
        for (int y = 0; y < box.height(); y++) {
            System.arraycopy(pixels, (box.y() + y) * size.width() + box.x(), part, y * box.width(), box.width());
        }
        return new BinaryMask(new Size(box.width(), box.height()), part);
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
