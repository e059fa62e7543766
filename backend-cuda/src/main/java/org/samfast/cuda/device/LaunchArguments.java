package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A launch's arguments in C: a DeviceBuffer is a pointer, an Integer an int, a Float a float, a Long a long long, a TensorMap itself. */
final class LaunchArguments {
    private LaunchArguments() {}

    /** The size in C; 0 for what a kernel cannot take. */
    static int bytes(Object argument) {
        return switch (argument) {
            case DeviceBuffer _, Long _ -> 8;
            case Integer _, Float _ -> 4;
            case TensorMap _ -> TensorMap.BYTES;
            default -> 0;
        };
    }

    /** The addresses of the values, as cuLaunchKernelEx takes them. */
    static MemorySegment addresses(Arena arena, Object... arguments) {
        MemorySegment addresses = arena.allocate(ADDRESS, Math.max(1, arguments.length));
        for (int i = 0; i < arguments.length; i++) {
            addresses.setAtIndex(ADDRESS, i, value(arena, arguments[i]));
        }
        return addresses;
    }

    private static MemorySegment value(Arena arena, Object argument) {
        return switch (argument) {
            case DeviceBuffer buffer -> arena.allocateFrom(JAVA_LONG, buffer.address());
            case Integer number -> arena.allocateFrom(JAVA_INT, number);
            case Float number -> arena.allocateFrom(JAVA_FLOAT, number);
            case Long number -> arena.allocateFrom(JAVA_LONG, number);
            case TensorMap map -> map.value(arena);
            default -> throw new IllegalArgumentException("a kernel takes no " + argument.getClass());
        };
    }
}
