package org.samfast.onnx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The process's one environment of ONNX Runtime. Its Java releases it in a shutdown hook, beneath what other threads
 * still run: SIGSEGV in libonnxruntime on Ctrl-C (microsoft/onnxruntime issue 31352). The library counts who has the
 * environment, and a second reference that nobody gives back keeps it.
 */
final class OnnxEnvironment {
    private static final String NAME = "sam";

    /** Places in OrtApiBase and OrtApi, which only grow at their ends. Source: onnxruntime_c_api.h. */
    private static final long GET_API = 0;

    private static final long CREATE_ENV = 3;
    /** The version of OrtApi that was the first to have them. */
    private static final int API_VERSION = 1;

    private OnnxEnvironment() {}

    static OrtEnvironment get() {
        return Holder.ENVIRONMENT;
    }

    private static final class Holder {
        /** Warnings of the optimiser are of no use to a user. */
        static final OrtEnvironment ENVIRONMENT =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, NAME);

        static {
            keep();
        }
    }

    /** Does nothing where the library was loaded for another class loader than ours, which cannot see it then. */
    private static void keep() {
        SymbolLookup.loaderLookup().find("OrtGetApiBase").ifPresent(getApiBase -> {
            try (Arena arena = Arena.ofConfined()) {
                createEnv(getApiBase, arena);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void createEnv(MemorySegment getApiBase, Arena arena) throws Throwable {
        MemorySegment base = (MemorySegment) function(getApiBase).invokeExact();
        MethodHandle getApi = function(entry(base, GET_API), JAVA_INT);
        MemorySegment api = (MemorySegment) getApi.invokeExact(API_VERSION);
        MethodHandle createEnv = function(entry(api, CREATE_ENV), JAVA_INT, ADDRESS, ADDRESS);
        int level = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR.getValue();
        MemorySegment status =
                (MemorySegment) createEnv.invokeExact(level, arena.allocateFrom(NAME), arena.allocate(ADDRESS));
        if (status.address() != 0) {
            throw new IllegalStateException("onnx: CreateEnv failed for an environment that is there");
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment entry(MemorySegment table, long index) {
        return table.reinterpret((index + 1) * ADDRESS.byteSize()).getAtIndex(ADDRESS, index);
    }

    /** A function that returns an address. */
    @SuppressWarnings("restricted")
    private static MethodHandle function(MemorySegment symbol, MemoryLayout... parameters) {
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(ADDRESS, parameters));
    }
}
