package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How a kernel is launched, in C: a CUlaunchConfig of cuda.h with at most one CUlaunchAttribute. */
final class LaunchConfig {
    private static final int BYTES = 56;
    private static final int STREAM = 32;
    private static final int ATTRIBUTES = 40;
    private static final int ATTRIBUTE_COUNT = 48;

    private static final int ATTRIBUTE_BYTES = 72;
    private static final int VALUE = 8;
    private static final int PROGRAMMATIC_STREAM_SERIALIZATION = 6;

    private LaunchConfig() {}

    static MemorySegment of(Arena arena, Grid grid, Block block, int sharedBytes, long stream, boolean overlaps) {
        MemorySegment config = arena.allocate(BYTES, Long.BYTES);
        int[] sizes = {grid.x(), grid.y(), grid.z(), block.x(), block.y(), block.z(), sharedBytes};
        MemorySegment.copy(sizes, 0, config, JAVA_INT, 0, sizes.length);
        config.set(JAVA_LONG, STREAM, stream);
        if (overlaps) {
            MemorySegment attribute = arena.allocate(ATTRIBUTE_BYTES, Long.BYTES);
            attribute.set(JAVA_INT, 0, PROGRAMMATIC_STREAM_SERIALIZATION);
            attribute.set(JAVA_INT, VALUE, 1);
            config.set(ADDRESS, ATTRIBUTES, attribute);
            config.set(JAVA_INT, ATTRIBUTE_COUNT, 1);
        }
        return config;
    }
}
