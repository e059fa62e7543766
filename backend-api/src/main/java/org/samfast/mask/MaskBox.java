package org.samfast.mask;

/**
 * The pixels that a mask spans, as COCO writes them.
 *
 * @param x column of the leftmost pixel
 * @param y row of the topmost pixel
 * @param width columns spanned, 0 for an empty mask
 * @param height rows spanned, 0 for an empty mask
 */
public record MaskBox(int x, int y, int width, int height) {
    static MaskBox of(BinaryMask mask) {
        int left = mask.size().width();
        int right = -1;
        int top = -1;
        int bottom = -1;
        for (int y = 0; y < mask.size().height(); y++) {
            int first = first(mask, y);
            if (first >= 0) {
                left = Math.min(left, first);
                right = Math.max(right, last(mask, y));
                top = top < 0 ? y : top;
                bottom = y;
            }
        }
        return top < 0 ? new MaskBox(0, 0, 0, 0) : new MaskBox(left, top, right - left + 1, bottom - top + 1);
    }

    private static int first(BinaryMask mask, int y) {
        int row = y * mask.size().width();
        for (int x = 0; x < mask.size().width(); x++) {
            if (mask.pixels()[row + x] != 0) {
                return x;
            }
        }
        return -1;
    }

    private static int last(BinaryMask mask, int y) {
        int x = mask.size().width() - 1;
        while (mask.pixels()[y * mask.size().width() + x] == 0) {
            x--;
        }
        return x;
    }
}
