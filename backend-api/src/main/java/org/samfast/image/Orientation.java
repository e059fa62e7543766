package org.samfast.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a stored image is turned to stand upright, by its EXIF orientation. Source: EXIF 2.32, tag 0x0112. */
final class Orientation {
    /** Not said, so stored as seen. */
    static final int UNKNOWN = -1;

    private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

    private Orientation() {}

    /** The orientation in an XMP packet, or {@link #UNKNOWN}. */
    static int inXmp(String xmp) {
        Matcher found = XMP.matcher(xmp);
        return found.find() ? Integer.parseInt(found.group(1)) : UNKNOWN;
    }

    /** The upright image; the same one for 1 and for values outside 1 to 8. */
    static RgbImage apply(RgbImage stored, int orientation) {
        int width = stored.size().width();
        int last = width - 1;
        int below = (stored.size().height() - 1) * width;
        return switch (orientation) {
            case 2 -> walk(stored, false, last, -1, width);
            case 3 -> walk(stored, false, below + last, -1, -width);
            case 4 -> walk(stored, false, below, 1, -width);
            case 5 -> walk(stored, true, 0, width, 1);
            case 6 -> walk(stored, true, below, -width, 1);
            case 7 -> walk(stored, true, below + last, -width, -1);
            case 8 -> walk(stored, true, last, width, -1);
            default -> stored;
        };
    }

    /** Copies pixels: the first from index {@code start}, {@code right} to the next of a row, {@code down} to the next row. */
    private static RgbImage walk(RgbImage stored, boolean swapped, int start, int right, int down) {
        Size from = stored.size();
        Size size = swapped ? new Size(/* width= */ from.height(), /* height= */ from.width()) : from;
        byte[] in = stored.rgb();
        byte[] out = new byte[in.length];
        int to = 0;
        for (int y = 0; y < size.height(); y++) {
            int pixel = (start + y * down) * 3;
            for (int x = 0; x < size.width(); x++) {
                out[to++] = in[pixel];
                out[to++] = in[pixel + 1];
                out[to++] = in[pixel + 2];
                pixel += right * 3;
            }
        }
        return new RgbImage(size, out);
    }
}
