package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * Memory and launches, called on libcuda itself: JCuda copies from buffers of at most 2 GB, has no cuFuncGetParamInfo, and
 * makes several objects for each argument of a launch.
 */
final class DeviceCalls {
    private final MethodHandle allocate;
    private final MethodHandle free;
    private final MethodHandle allocatePinned;
    private final MethodHandle freePinned;
    private final MethodHandle upload;
    private final MethodHandle download;
    private final MethodHandle copy;
    private final MethodHandle fill;
    private final MethodHandle parameter;
    private final MethodHandle launch;

    DeviceCalls(SymbolLookup libcuda) {
        allocate = LibCuda.function(libcuda, "cuMemAlloc_v2", ADDRESS, JAVA_LONG);
        free = LibCuda.function(libcuda, "cuMemFree_v2", JAVA_LONG);
        allocatePinned = LibCuda.function(libcuda, "cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT);
        freePinned = LibCuda.function(libcuda, "cuMemFreeHost", JAVA_LONG);
        upload = LibCuda.function(libcuda, "cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
        download = LibCuda.function(libcuda, "cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        copy = LibCuda.function(libcuda, "cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        fill = LibCuda.function(libcuda, "cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);
        parameter = LibCuda.function(libcuda, "cuFuncGetParamInfo", JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
        launch = LibCuda.function(libcuda, "cuLaunchKernelEx", ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    }

    int allocate(long[] address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            int result = LibCuda.call(() -> (int) allocate.invokeExact(out, bytes));
            address[0] = out.get(JAVA_LONG, 0);
            return result;
        }
    }

    int free(long address) {
        return LibCuda.call(() -> (int) free.invokeExact(address));
    }

    /** With no flags: cached, and known to this context. */
    int allocatePinned(long[] address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            int result = LibCuda.call(() -> (int) allocatePinned.invokeExact(out, bytes, 0));
            address[0] = out.get(JAVA_LONG, 0);
            return result;
        }
    }

    int freePinned(long address) {
        return LibCuda.call(() -> (int) freePinned.invokeExact(address));
    }

    int upload(long to, MemorySegment from, long stream) {
        return LibCuda.call(() -> (int) upload.invokeExact(to, from, from.byteSize(), stream));
    }

    int download(MemorySegment to, long from, long stream) {
        return LibCuda.call(() -> (int) download.invokeExact(to, from, to.byteSize(), stream));
    }

    int copy(long to, long from, long bytes, long stream) {
        return LibCuda.call(() -> (int) copy.invokeExact(to, from, bytes, stream));
    }

    int fill(long to, byte value, long bytes, long stream) {
        return LibCuda.call(() -> (int) fill.invokeExact(to, value, bytes, stream));
    }

    int parameterBytes(long[] bytes, long function, long index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment offset = arena.allocate(JAVA_LONG);
            MemorySegment size = arena.allocate(JAVA_LONG);
            int result = LibCuda.call(() -> (int) parameter.invokeExact(function, index, offset, size));
            bytes[0] = size.get(JAVA_LONG, 0);
            return result;
        }
    }

    int launch(
            long function,
            Grid grid,
            Block block,
            int sharedBytes,
            long stream,
            boolean overlaps,
            Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment launched = LaunchConfig.of(arena, grid, block, sharedBytes, stream, overlaps);
            MemorySegment parameters = LaunchArguments.addresses(arena, arguments);
            return LibCuda.call(() -> (int) launch.invokeExact(launched, function, parameters, MemorySegment.NULL));
        }
    }
}
