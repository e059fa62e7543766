package org.samfast.onnx.graph;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A weight that a graph names and that is read apart from it, when it is wanted: so no copy is made on the way, and not
 * all need be in memory together.
 *
 * @param shape row-major
 * @param type of the values
 * @param values reads them
 */
public record Initializer(String name, long[] shape, ElementType type, Values values) {
    /** Reads values. */
    @FunctionalInterface
    public interface Values {
        /** Native-endian values: the mapped file's own, or made in the arena. */
        MemorySegment in(Arena arena);
    }

    /** Bytes of the values. */
    public long bytes() {
        return Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact);
    }
}
