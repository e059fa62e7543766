package org.samfast.cli.output;

import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.MaskBox;

/** The edge of a mask as a soft line: a disc is stamped on every pixel of the mask that touches what lies outside. */
final class MaskOutline {
    private final BinaryMask mask;
    private final int reach;
    private final byte[] stamp;
    private final int left;
    private final int top;
    private final int right;
    private final int bottom;
    private final byte[] opacity;

    /** @param radius half of the line's width in pixels */
    MaskOutline(BinaryMask mask, double radius) {
        this.mask = mask;
        reach = (int) Math.ceil(radius);
        stamp = stamp(radius, reach);
        MaskBox box = mask.box();
        left = Math.max(0, box.x() - reach);
        top = Math.max(0, box.y() - reach);
        right = Math.min(mask.size().width(), box.x() + box.width() + reach);
        bottom = Math.min(mask.size().height(), box.y() + box.height() + reach);
        opacity = new byte[(right - left) * (bottom - top)];
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                if (isEdge(x, y)) {
                    stampAt(x, y);
                }
            }
        }
    }

    /** Draws the line on a canvas of the mask's size. */
    void draw(Canvas canvas, Colour colour) {
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                int level = opacity[index(x, y)] & 0xff;
                if (level != 0) {
                    canvas.blend(x, y, colour, level / 255.0);
                }
            }
        }
    }

    private boolean isEdge(int x, int y) {
        return inside(x, y) && !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1));
    }

    private boolean inside(int x, int y) {
        Size size = mask.size();
        // beyond the image counts as inside: no line along the border of the picture
        return x < 0 || y < 0 || x >= size.width() || y >= size.height() || mask.pixels()[y * size.width() + x] != 0;
    }

    private void stampAt(int x, int y) {
        int side = 2 * reach + 1;
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                if (covers(x + dx, y + dy)) {
                    int at = index(x + dx, y + dy);
                    int level = stamp[(dy + reach) * side + dx + reach] & 0xff;
                    opacity[at] = (byte) Math.max(opacity[at] & 0xff, level);
                }
            }
        }
    }

    private boolean covers(int x, int y) {
        return x >= left && x < right && y >= top && y < bottom;
    }

    private int index(int x, int y) {
        return (y - top) * (right - left) + x - left;
    }

    private static byte[] stamp(double radius, int reach) {
        int side = 2 * reach + 1;
        byte[] disc = new byte[side * side];
        for (int i = 0; i < disc.length; i++) {
            double distance = Math.hypot(i % side - reach, i / side - reach) - radius;
            disc[i] = (byte) Math.round(255 * Canvas.coverage(distance));
        }
        return disc;
    }
}
