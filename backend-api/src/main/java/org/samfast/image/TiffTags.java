package org.samfast.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** The short tags and the palette in the first directory of a TIFF structure, which is what EXIF is too. */
final class TiffTags {
    static final int PHOTOMETRIC = 0x0106;
    static final int SAMPLES_PER_PIXEL = 0x0115;
    private static final int ORIENTATION = 0x0112;
    private static final int COLOR_MAP = 0x0140;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    private final Map<Integer, Integer> shorts = new HashMap<>();

    private int[] colorMap = {};

    private TiffTags() {}

    /** The tags in {@code bytes[begin, end)}; none where that is not a TIFF structure. */
    static TiffTags of(byte[] bytes, int begin, int end) {
        TiffTags tags = new TiffTags();
        if (end - begin >= 8) {
            tags.read(ByteBuffer.wrap(bytes, begin, end - begin).slice());
        }
        return tags;
    }

    private void read(ByteBuffer tiff) {
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xffffffffL;
        if (tiff.getShort(2) != 42 || directory + 2 > tiff.limit()) {
            return;
        }
        int first = (int) directory + 2;
        int entries = Math.min(tiff.getShort(first - 2) & 0xffff, (tiff.limit() - first) / ENTRY_BYTES);
        for (int at = first; at < first + entries * ENTRY_BYTES; at += ENTRY_BYTES) {
            if (tiff.getShort(at + 2) == SHORT) {
                shorts.putIfAbsent(tiff.getShort(at) & 0xffff, tiff.getShort(at + 8) & 0xffff);
            }
            if (tiff.getShort(at) == COLOR_MAP) {
                readColorMap(tiff, tiff.getInt(at + 4), tiff.getInt(at + 8));
            }
        }
    }

    private void readColorMap(ByteBuffer tiff, int count, int offset) {
        if (count < 0 || count > 3 << 16 || offset < 0 || offset + 2L * count > tiff.limit()) {
            return;
        }
        colorMap = new int[count];
        for (int i = 0; i < count; i++) {
            colorMap[i] = tiff.getShort(offset + 2 * i) & 0xffff;
        }
    }

    /** Whether there is no directory, or nothing in it. */
    boolean isEmpty() {
        return shorts.isEmpty();
    }

    /** The tag's value, or -1. */
    int get(int tag) {
        return shorts.getOrDefault(tag, -1);
    }

    /** The palette: all reds, then greens, then blues, of 16 bits each. */
    int[] colorMap() {
        return colorMap;
    }

    /** How the image is turned: 1 to 8, or another value where it does not say. */
    int orientation() {
        return get(ORIENTATION);
    }
}
