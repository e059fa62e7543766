package org.samfast.checkpoint;

/**
 * Sizes and offset of a zip entry, taken from the zip64 extra field where the 32-bit ones are saturated (APPNOTE.TXT
 * 4.5.3).
 */
record Zip64Sizes(long size, long compressed, long header) {
    private static final int ZIP64_FIELD = 1;
    private static final long SATURATED = 0xffff_ffffL;

    /** Reads {@code extraLength} bytes of extra fields. */
    static Zip64Sizes read(ByteCursor cursor, int extraLength, long size, long compressed, long header)
            throws CheckpointException {
        Zip64Sizes sizes = new Zip64Sizes(size, compressed, header);
        long end = cursor.position() + extraLength;
        while (end - cursor.position() >= 4) {
            int id = cursor.u16();
            int length = cursor.u16();
            long next = cursor.position() + length;
            if (id == ZIP64_FIELD) {
                sizes = widened(cursor, size, compressed, header);
            }
            if (cursor.position() > next || next > end) {
                throw cursor.bad("an extra field of a zip entry is longer than its room");
            }
            cursor.skip(next - cursor.position());
        }
        cursor.skip(end - cursor.position());
        return sizes;
    }

    /** Only the saturated values are present, in this order. */
    private static Zip64Sizes widened(ByteCursor cursor, long size, long compressed, long header)
            throws CheckpointException {
        long wideSize = size == SATURATED ? cursor.i64() : size;
        long wideCompressed = compressed == SATURATED ? cursor.i64() : compressed;
        long wideHeader = header == SATURATED ? cursor.i64() : header;
        if (wideSize < 0 || wideHeader < 0) {
            throw cursor.bad("a zip entry claims a size or offset past 2^63");
        }
        return new Zip64Sizes(wideSize, wideCompressed, wideHeader);
    }
}
