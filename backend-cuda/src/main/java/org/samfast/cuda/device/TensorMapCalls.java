package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** cuTensorMapEncodeTiled, which JCuda lacks, for bf16 matrices. */
final class TensorMapCalls {
    // as cuda.h numbers them
    private static final int BFLOAT16 = 9;
    private static final int NOT_INTERLEAVED = 0;
    private static final int PROMOTED_TO_256_BYTES = 3;
    private static final int ZERO_OUTSIDE = 0;

    private static final int DIMENSIONS = 2;

    private final MethodHandle encode;

    TensorMapCalls(SymbolLookup libcuda) {
        encode = LibCuda.function(
                libcuda,
                "cuTensorMapEncodeTiled",
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                ADDRESS,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
    }

    int encode(MemorySegment map, long address, long columns, long rows, int boxColumns, int boxRows, int swizzle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sizes = arena.allocateFrom(JAVA_LONG, columns, rows);
            MemorySegment strides = arena.allocateFrom(JAVA_LONG, columns * Element.BF16.bytes());
            MemorySegment box = arena.allocateFrom(JAVA_INT, boxColumns, boxRows);
            MemorySegment steps = arena.allocateFrom(JAVA_INT, 1, 1);
            return LibCuda.call(() -> (int) encode.invokeExact(
                    map,
                    BFLOAT16,
                    DIMENSIONS,
                    address,
                    sizes,
                    strides,
                    box,
                    steps,
                    NOT_INTERLEAVED,
                    swizzle,
                    PROMOTED_TO_256_BYTES,
                    ZERO_OUTSIDE));
        }
    }
}
