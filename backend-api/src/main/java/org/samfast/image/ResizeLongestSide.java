package org.samfast.image;

/**
 * The frame of the image encoder: longest side 1024, the other in proportion. Owns all conversion between the two
 * frames. Source: segment-anything utils/transforms.py, ResizeLongestSide.
 *
 * @param original size of the image
 * @param resized its size in the encoder's frame
 */
public record ResizeLongestSide(Size original, Size resized) {
    /** Longest side of the encoder's frame. */
    public static final int LONGEST_SIDE = 1024;

    /**
     * {@return the frame of an image of that size} A side that the original's rounding would make 0 (thinner than 1 to
     * 2048, where the original fails) is 1.
     *
     * @param original size of the image
     */
    public static ResizeLongestSide of(Size original) {
        double scale = (double) LONGEST_SIDE / Math.max(original.width(), original.height());
        return new ResizeLongestSide(
                original, new Size(scaled(original.width(), scale), scaled(original.height(), scale)));
    }

    private static int scaled(int side, double scale) {
        return Math.max(1, (int) (side * scale + 0.5));
    }

    /**
     * {@return x in pixels of the encoder's frame}
     *
     * @param x in pixels of the image
     */
    public double toEncoderX(double x) {
        return x * ((double) resized.width() / original.width());
    }

    /**
     * {@return y in pixels of the encoder's frame}
     *
     * @param y in pixels of the image
     */
    public double toEncoderY(double y) {
        return y * ((double) resized.height() / original.height());
    }

    /**
     * {@return the size between the two passes of {@link #resize}: along rows first, or along columns first where the
     * image is very tall} A pass that changes no size is left out.
     */
    public Size afterFirstPass() {
        return PillowBilinear.afterFirstPass(original, resized);
    }

    /**
     * {@return the image at the encoder's size, bit for bit Pillow's BILINEAR}
     *
     * @param image of the original size
     * @throws IllegalArgumentException where the image is not of the original size
     */
    public RgbImage resize(RgbImage image) {
        if (!image.size().equals(original)) {
            throw new IllegalArgumentException("resize: expected an image of " + original + ", got " + image.size());
        }
        return PillowBilinear.resize(image, resized);
    }
}
