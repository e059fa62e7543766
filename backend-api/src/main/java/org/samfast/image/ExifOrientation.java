package org.samfast.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Finds the orientation (tag 0x0112) in the first directory of a TIFF structure, which is what EXIF is. */
final class ExifOrientation {
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    private ExifOrientation() {}

    /** The orientation in {@code bytes[begin, end)}, or 1 where there is none that can be read. */
    static int of(byte[] bytes, int begin, int end) {
        if (end - begin < 14) {
            return Orientation.UPRIGHT;
        }
        ByteBuffer tiff = ByteBuffer.wrap(bytes, begin, end - begin).slice();
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xffffffffL;
        if (tiff.getShort(2) != 42 || directory + 2 > tiff.limit()) {
            return Orientation.UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xffff;
        int first = (int) directory + 2;
        return find(tiff, first, Math.min(entries, (tiff.limit() - first) / ENTRY_BYTES));
    }

    private static int find(ByteBuffer tiff, int first, int entries) {
        for (int i = 0; i < entries; i++) {
            int at = first + i * ENTRY_BYTES;
            if (tiff.getShort(at) == TAG && tiff.getShort(at + 2) == SHORT) {
                return tiff.getShort(at + 8);
            }
        }
        return Orientation.UPRIGHT;
    }
}
