package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.samfast.backend.BackendException;

/** Functions of libcuda.so.1 by java.lang.foreign. */
final class LibCuda {
    static final String NAME = "libcuda.so.1";

    private LibCuda() {}

    /** Empty where the machine has none. */
    @SuppressWarnings("restricted")
    static Optional<SymbolLookup> find() {
        try {
            return Optional.of(SymbolLookup.libraryLookup(NAME, Arena.global()));
        } catch (IllegalArgumentException absent) {
            return Optional.empty();
        }
    }

    /** A function that returns a CUresult. */
    @SuppressWarnings("restricted")
    static MethodHandle function(SymbolLookup library, String name, MemoryLayout... parameters) {
        MemorySegment symbol = library.find(name)
                .orElseThrow(() ->
                        new BackendException(NAME + " has no " + name + ": install the NVIDIA driver 580 or newer"));
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** Runs a call of such a function; one throws nothing of its own. */
    static int call(Call call) {
        try {
            return call.result();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** One {@code invokeExact}. */
    interface Call {
        int result() throws Throwable;
    }
}
