package org.samfast.mask;

import org.samfast.image.Size;

/**
 * One mask at the size of its image.
 *
 * @param size of the image
 * @param pixels row-major [height][width], 1 inside and 0 outside, owned by this mask: not to be written to
 */
public record BinaryMask(Size size, byte[] pixels) {
    /** IllegalArgumentException where there are not width x height pixels. */
    public BinaryMask {
        if (pixels.length != size.area()) {
            throw new IllegalArgumentException(
                    "mask " + size + ": expected " + size.area() + " bytes, got " + pixels.length);
        }
    }

    /** {@return pixels inside the mask} */
    public long area() {
        long inside = 0;
        for (byte pixel : pixels) {
            inside += pixel;
        }
        return inside;
    }

    /** {@return the smallest box around the pixels inside; width and height 0 where there are none} */
    public MaskBox box() {
        return MaskBox.of(this);
    }

    /**
     * {@return what lies in a box of the image, as a mask of the box's size}
     *
     * @param box within the image
     */
    public BinaryMask part(MaskBox box) {
        byte[] part = new byte[Math.multiplyExact(box.width(), box.height())];
        for (int y = 0; y < box.height(); y++) {
            System.arraycopy(pixels, (box.y() + y) * size.width() + box.x(), part, y * box.width(), box.width());
        }
        return new BinaryMask(new Size(box.width(), box.height()), part);
    }

    /**
     * {@return pixels inside both over pixels inside either; 1 where both masks are empty}
     *
     * @param other of the same size
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
