package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** A kernel, and the one gate to cuLaunchKernel. */
public final class KernelFunction {
    /** What a block gets without asking. */
    private static final int SHARED_BYTES = 48 << 10;

    private final Device device;
    private final String entry;
    private final Handles.OfFunction handle;
    private final List<Integer> parameterBytes;
    private int allowedSharedBytes = SHARED_BYTES;

    KernelFunction(Device device, String entry, Handles.OfFunction handle, List<Integer> parameterBytes) {
        this.device = device;
        this.entry = entry;
        this.handle = handle;
        this.parameterBytes = parameterBytes;
    }

    /**
     * Puts the kernel into the stream. With the environment variable SAM_CUDA_SYNC=1 it also waits for its end, so that an
     * error names the kernel that made it.
     *
     * @param sharedBytes dynamic shared memory of a block
     * @param args the kernel's parameters in order: a DeviceBuffer is passed as pointer, an Integer as int, a Float as float,
     *     a Long as long long
     * @throws IllegalArgumentException where they are not the kernel's by count or size
     */
    public void launch(Stream stream, Grid grid, Block block, int sharedBytes, Object... args) {
        device.makeCurrent();
        allow(sharedBytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment parameters = parameters(arena, args);
            DriverResult.check(
                    device.driver().launch(handle, grid, block, sharedBytes, stream.handle(), parameters),
                    () -> text(grid, block, sharedBytes));
        }
        device.launched(entry);
        if (device.waitsForEachKernel()) {
            DriverResult.check(device.driver().synchronize(stream.handle()), () -> text(grid, block, sharedBytes));
        }
    }

    private String text(Grid grid, Block block, int sharedBytes) {
        return entry + "<<<" + grid + "," + block + "," + sharedBytes + ">>>";
    }

    private synchronized void allow(int sharedBytes) {
        if (sharedBytes > allowedSharedBytes) {
            DriverResult.check(
                    device.driver().allowSharedBytes(handle, sharedBytes),
                    () -> entry + ": asking for " + sharedBytes + " bytes of shared memory");
            allowedSharedBytes = sharedBytes;
        }
    }

    /** The addresses of the values, as cuLaunchKernel takes them. */
    private MemorySegment parameters(Arena arena, Object[] args) {
        if (args.length != parameterBytes.size()) {
            throw mismatch(args);
        }
        MemorySegment addresses = arena.allocate(ADDRESS, Math.max(1, args.length));
        for (int i = 0; i < args.length; i++) {
            MemorySegment value = value(arena, args[i]);
            if (value.byteSize() != parameterBytes.get(i)) {
                throw mismatch(args);
            }
            addresses.setAtIndex(ADDRESS, i, value);
        }
        return addresses;
    }

    private MemorySegment value(Arena arena, Object arg) {
        return switch (arg) {
            case DeviceBuffer buffer -> arena.allocateFrom(JAVA_LONG, buffer.address());
            case Integer number -> arena.allocateFrom(JAVA_INT, number);
            case Float number -> arena.allocateFrom(JAVA_FLOAT, number);
            case Long number -> arena.allocateFrom(JAVA_LONG, number);
            default ->
                throw new IllegalArgumentException(
                        entry + ": expected a DeviceBuffer, Integer, Float or Long, got " + arg.getClass());
        };
    }

    private IllegalArgumentException mismatch(Object[] args) {
        List<String> types =
                Arrays.stream(args).map(arg -> arg.getClass().getSimpleName()).toList();
        return new IllegalArgumentException(
                entry + ": the kernel's parameters have " + parameterBytes + " bytes, got " + types);
    }
}
