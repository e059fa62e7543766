package org.samfast.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a zip archive (zip64 too) as slices of the mapped file; only stored entries, as torch.save writes
 * them. Record layouts: PKWARE APPNOTE.TXT 4.3.
 */
final class ZipDirectory {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int END_SIZE = 22;
    private static final int LOCATOR64_SIZE = 20;
    private static final int LARGEST_COMMENT = 0xffff;
    private static final int ENCRYPTED = 1;
    /** SAM ViT-H has 600; an archive with an optimizer's state a few thousand. */
    private static final int MOST_ENTRIES = 100_000;

    private static final String DAMAGED = "; the file is damaged or cut short: get it again from where it came from";
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private record Directory(long offset, long size, long entries) {}

    private record Entry(String name, long header, long size) {}

    private final MappedFile file;

    /** Entry name to the entry's bytes, in the order of the central directory. */
    static Map<String, MemorySegment> read(MappedFile file) throws CheckpointException {
        return new ZipDirectory(file).read();
    }

    private ZipDirectory(MappedFile file) {
        this.file = file;
    }

    private Map<String, MemorySegment> read() throws CheckpointException {
        Directory directory = directory();
        List<Entry> entries = new ArrayList<>();
        ByteCursor cursor = at("central directory", directory.offset(), directory.size());
        for (long i = 0; i < directory.entries(); i++) {
            entries.add(centralEntry(cursor));
        }
        return locate(entries, directory.offset());
    }

    /** Follows each entry to its local header; entries in file order may touch but not overlap. */
    private Map<String, MemorySegment> locate(List<Entry> entries, long end) throws CheckpointException {
        Map<String, MemorySegment> located = new LinkedHashMap<>();
        entries.forEach(entry -> located.put(entry.name(), MemorySegment.NULL));
        if (located.size() != entries.size()) {
            throw file.bad("the zip archive names one of its entries twice" + DAMAGED);
        }
        long free = 0;
        for (Entry entry :
                entries.stream().sorted(Comparator.comparingLong(Entry::header)).toList()) {
            if (entry.header() < free) {
                throw file.bad("zip entry " + MappedFile.quoted(entry.name()) + " overlaps another" + DAMAGED);
            }
            long data = dataOffset(entry);
            if (data > end || entry.size() > end - data) {
                throw file.bad("zip entry " + MappedFile.quoted(entry.name()) + " claims " + entry.size()
                        + " bytes at offset " + data + ", past the end of the data at " + end + DAMAGED);
            }
            free = data + entry.size();
            located.put(entry.name(), file.bytes().asSlice(data, entry.size()));
        }
        return located;
    }

    private Directory directory() throws CheckpointException {
        long end = endRecord();
        ByteCursor cursor = at("end of central directory", end + 10, END_SIZE - 10);
        long entries = cursor.u16();
        long size = cursor.u32();
        long offset = cursor.u32();
        boolean zip64 = end >= LOCATOR64_SIZE && file.bytes().get(I32, end - LOCATOR64_SIZE) == LOCATOR64;
        Directory directory = zip64 ? directory64(end - LOCATOR64_SIZE) : new Directory(offset, size, entries);
        if (directory.entries() < 0 || directory.entries() > MOST_ENTRIES) {
            throw file.bad("the zip archive claims " + Long.toUnsignedString(directory.entries())
                    + " entries, a checkpoint has at most " + MOST_ENTRIES);
        }
        return directory;
    }

    private Directory directory64(long locator) throws CheckpointException {
        long end64 = at("zip64 locator", locator + 8, 8).i64();
        ByteCursor cursor = at("zip64 end of central directory", end64, 56);
        if (cursor.i32() != END64) {
            throw file.bad("the zip64 locator points to offset " + end64 + ", where no zip64 record is" + DAMAGED);
        }
        cursor.skip(28);
        long entries = cursor.i64();
        long size = cursor.i64();
        return new Directory(cursor.i64(), size, entries);
    }

    /** Offset of the end record, which a comment of up to 64 KiB may follow. */
    private long endRecord() throws CheckpointException {
        MemorySegment bytes = file.bytes();
        long last = file.size() - END_SIZE;
        for (long offset = last; offset >= 0 && offset >= last - LARGEST_COMMENT; offset--) {
            if (bytes.get(I32, offset) == END
                    && at("end of central directory", offset + 20, 2).u16() == last - offset) {
                return offset;
            }
        }
        throw file.bad("this zip archive has no directory at its end (" + file.size() + " bytes)" + DAMAGED);
    }

    private Entry centralEntry(ByteCursor cursor) throws CheckpointException {
        if (cursor.i32() != CENTRAL) {
            throw cursor.bad("expected the record of a zip entry" + DAMAGED);
        }
        cursor.skip(4);
        int flags = cursor.u16();
        int method = cursor.u16();
        cursor.skip(8);
        long compressed = cursor.u32();
        long size = cursor.u32();
        int nameLength = cursor.u16();
        int extraLength = cursor.u16();
        int commentLength = cursor.u16();
        cursor.skip(8);
        long header = cursor.u32();
        String name = cursor.string(nameLength, StandardCharsets.UTF_8);
        Zip64Sizes sizes = Zip64Sizes.read(cursor, extraLength, size, compressed, header);
        cursor.skip(commentLength);
        if ((flags & ENCRYPTED) != 0 || method != 0 || sizes.compressed() != sizes.size()) {
            throw file.bad("zip entry " + MappedFile.quoted(name)
                    + " is compressed or encrypted; torch.save stores entries plainly, so save the checkpoint again");
        }
        return new Entry(name, sizes.header(), sizes.size());
    }

    private long dataOffset(Entry entry) throws CheckpointException {
        ByteCursor cursor = at("the header of a zip entry", entry.header(), 30);
        if (cursor.i32() != LOCAL) {
            throw file.bad("zip entry " + MappedFile.quoted(entry.name()) + " has no header at offset " + entry.header()
                    + DAMAGED);
        }
        cursor.skip(22);
        int nameLength = cursor.u16();
        return entry.header() + 30 + nameLength + cursor.u16();
    }

    private ByteCursor at(String part, long offset, long size) throws CheckpointException {
        if (offset < 0 || size < 0 || offset > file.size() || size > file.size() - offset) {
            throw file.bad(part + " claims " + Long.toUnsignedString(size) + " bytes at offset "
                    + Long.toUnsignedString(offset) + ", the file has " + file.size() + DAMAGED);
        }
        return new ByteCursor(file, part, file.bytes().asSlice(offset, size));
    }
}
