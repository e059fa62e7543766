package org.samfast.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.Charset;

/** Reads little-endian numbers and short strings in order, never past the end of its part of the file. */
final class ByteCursor {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MappedFile file;
    private final String part;
    private final MemorySegment bytes;
    private long position;

    /** @param part what {@code bytes} is, for messages, such as {@code the pickle data.pkl} */
    ByteCursor(MappedFile file, String part, MemorySegment bytes) {
        this.file = file;
        this.part = part;
        this.bytes = bytes;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    int u8() throws CheckpointException {
        return bytes.get(ValueLayout.JAVA_BYTE, advance(1)) & 0xff;
    }

    int u16() throws CheckpointException {
        return bytes.get(U16, advance(2)) & 0xffff;
    }

    int i32() throws CheckpointException {
        return bytes.get(I32, advance(4));
    }

    long u32() throws CheckpointException {
        return i32() & 0xffff_ffffL;
    }

    long i64() throws CheckpointException {
        return bytes.get(I64, advance(8));
    }

    byte[] bytes(long count) throws CheckpointException {
        return slice(count).toArray(ValueLayout.JAVA_BYTE);
    }

    String string(long count, Charset charset) throws CheckpointException {
        return new String(bytes(count), charset);
    }

    MemorySegment slice(long count) throws CheckpointException {
        return bytes.asSlice(advance(count), count);
    }

    void skip(long count) throws CheckpointException {
        advance(count);
    }

    private long advance(long count) throws CheckpointException {
        if (count < 0 || count > remaining()) {
            throw bad("needs " + Long.toUnsignedString(count) + " more bytes where " + remaining()
                    + " are left; the file is damaged or cut short: get it again from where it came from");
        }
        long start = position;
        position += count;
        return start;
    }

    /** The exception for what was found just before the current position. */
    CheckpointException bad(String sentence) {
        return file.bad(part + ", byte " + position + ": " + sentence);
    }

    MappedFile file() {
        return file;
    }
}
