package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.Optional;

/**
 * A libcuda whose functions are methods of this: what detection asks before there is a context.
 *
 * @param initResult what cuInit returns
 * @param gpus how many there are, all alike
 */
@SuppressWarnings("restricted")
record FakeLibcuda(int driverVersion, int initResult, int gpus, String name, int computeCapability) {
    private static final MemoryLayout INTS = ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(1, JAVA_INT));
    private static final MemoryLayout BYTES = ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(256, JAVA_BYTE));

    Optional<SymbolLookup> library(Arena arena) {
        Map<String, MemorySegment> symbols = Map.of(
                "cuInit", stub(arena, "init", JAVA_INT),
                "cuDriverGetVersion", stub(arena, "version", INTS),
                "cuDeviceGetCount", stub(arena, "count", INTS),
                "cuDeviceGet", stub(arena, "device", INTS, JAVA_INT),
                "cuDeviceGetName", stub(arena, "deviceName", BYTES, JAVA_INT, JAVA_INT),
                "cuDeviceGetAttribute", stub(arena, "attribute", INTS, JAVA_INT, JAVA_INT));
        return Optional.of(name -> Optional.ofNullable(symbols.get(name)));
    }

    private MemorySegment stub(Arena arena, String method, MemoryLayout... parameters) {
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, parameters);
        try {
            MethodHandle handle = MethodHandles.lookup().bind(this, method, type.toMethodType());
            return Linker.nativeLinker().upcallStub(handle, type, arena);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    int init(int flags) {
        return initResult;
    }

    int version(MemorySegment out) {
        out.set(JAVA_INT, 0, driverVersion);
        return 0;
    }

    int count(MemorySegment out) {
        out.set(JAVA_INT, 0, gpus);
        return 0;
    }

    int device(MemorySegment out, int ordinal) {
        out.set(JAVA_INT, 0, 40 + ordinal);
        return ordinal < gpus ? 0 : 101;
    }

    int deviceName(MemorySegment out, int length, int device) {
        out.setString(0, name);
        return length == 256 && device >= 40 && device < 40 + gpus ? 0 : 101;
    }

    int attribute(MemorySegment out, int attribute, int device) {
        out.set(
                JAVA_INT,
                0,
                switch (attribute) {
                    case 75 -> computeCapability / 10;
                    case 76 -> computeCapability % 10;
                    default -> throw new IllegalArgumentException("attribute " + attribute);
                });
        return device >= 40 && device < 40 + gpus ? 0 : 101;
    }
}
