package org.samfast.image;

/**
 * A part of an image in pixels: columns {@code x0} to {@code x1 - 1}, rows {@code y0} to {@code y1 - 1}; at least one of
 * each.
 *
 * @param x0 first column
 * @param y0 first row
 * @param x1 column after the last
 * @param y1 row after the last
 */
public record CropBox(int x0, int y0, int x1, int y1) {
    /** IllegalArgumentException where it has no pixel or begins left of or above the image. */
    public CropBox {
        if (x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0) {
            throw new IllegalArgumentException(
                    "crop " + x0 + "," + y0 + "," + x1 + "," + y1 + ": expected 0 <= x0 < x1 and 0 <= y0 < y1");
        }
    }

    /**
     * {@return all of an image of that size}
     *
     * @param size of the image
     */
    public static CropBox whole(Size size) {
        return new CropBox(0, 0, size.width(), size.height());
    }

    /** {@return width and height in pixels} */
    public Size size() {
        return new Size(x1 - x0, y1 - y0);
    }

    /**
     * {@return that part of the image; the image itself where it is all of it}
     *
     * @param image that it is a part of
     * @throws IllegalArgumentException where it reaches beyond the image
     */
    public RgbImage of(RgbImage image) {
        if (x1 > image.size().width() || y1 > image.size().height()) {
            throw new IllegalArgumentException("crop " + this + ": the image is only " + image.size());
        }
        if (equals(whole(image.size()))) {
            return image;
        }
        int stride = 3 * (x1 - x0);
        byte[] rgb = new byte[stride * (y1 - y0)];
        for (int y = y0; y < y1; y++) {
            System.arraycopy(image.rgb(), 3 * (y * image.size().width() + x0), rgb, (y - y0) * stride, stride);
        }
        return new RgbImage(size(), rgb);
    }
}
