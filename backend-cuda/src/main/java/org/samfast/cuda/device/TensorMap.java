package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * CUDA's CUtensorMap: a row-major bf16 matrix as the copy engine of Hopper sees it, and the box of it that one copy moves.
 * In shared memory a box's rows follow each other, 16-byte chunks swizzled within the span of one row. A kernel takes it by
 * value.
 */
public final class TensorMap {
    static final int BYTES = 128;
    /** The driver asks for 64, its header declares 128. */
    private static final int ALIGNMENT = 128;

    private static final int MOST_BOX_ROWS = 256;
    private static final int ALIGNED_BYTES = 16;

    /** The widths of a box that have a swizzle here; the codes are those of CUtensorMapSwizzle. */
    private enum Swizzle {
        SPAN_32(16, 1),
        SPAN_64(32, 2),
        SPAN_128(64, 3);

        private final int columns;
        private final int code;

        Swizzle(int columns, int code) {
            this.columns = columns;
            this.code = code;
        }

        static Swizzle of(String name, int columns) {
            for (Swizzle swizzle : values()) {
                if (swizzle.columns == columns) {
                    return swizzle;
                }
            }
            throw new IllegalArgumentException(name + ": expected boxes of 16, 32 or 64 columns, got " + columns);
        }
    }

    private final long[] words;

    private TensorMap(long[] words) {
        this.words = words;
    }

    static TensorMap encode(
            Device device, String name, DeviceBuffer buffer, long rows, long columns, int boxRows, int boxColumns) {
        Check.bytes(name, buffer, Element.BF16, rows, columns);
        int swizzle = swizzle(name, buffer.address(), columns, boxRows, boxColumns);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = arena.allocate(BYTES, ALIGNMENT);
            device.gate()
                    .call(
                            Gate.Kind.OTHER,
                            driver -> driver.encodeTensorMap(
                                    map, buffer.address(), columns, rows, boxColumns, boxRows, swizzle),
                            () -> name + ": describing " + rows + "x" + columns + " in boxes of " + boxRows + "x"
                                    + boxColumns);
            return new TensorMap(map.toArray(JAVA_LONG));
        }
    }

    /** What the copy engine asks for; the code of the swizzle. */
    static int swizzle(String name, long address, long columns, int boxRows, int boxColumns) {
        if (address % ALIGNED_BYTES != 0 || columns * Element.BF16.bytes() % ALIGNED_BYTES != 0) {
            throw new IllegalArgumentException(
                    name + ": expected an address that is a multiple of 16 and rows of a multiple of 8 values, got 0x"
                            + Long.toHexString(address) + " and " + columns);
        }
        if (boxRows < 1 || boxRows > MOST_BOX_ROWS) {
            throw new IllegalArgumentException(name + ": expected boxes of 1 to 256 rows, got " + boxRows);
        }
        return Swizzle.of(name, boxColumns).code;
    }

    /** In native memory, as a launch passes it. */
    MemorySegment value(SegmentAllocator memory) {
        return memory.allocate(BYTES, ALIGNMENT).copyFrom(MemorySegment.ofArray(words));
    }
}
