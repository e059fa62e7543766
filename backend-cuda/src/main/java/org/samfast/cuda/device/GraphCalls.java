package org.samfast.cuda.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** Graphs, called on libcuda itself, for their handles to be plain numbers. */
final class GraphCalls {
    /** CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: other threads may allocate meanwhile. */
    private static final int THREAD_LOCAL = 1;

    private final MethodHandle beginCapture;
    private final MethodHandle endCapture;
    private final MethodHandle instantiate;
    private final MethodHandle upload;
    private final MethodHandle launch;
    private final MethodHandle destroy;
    private final MethodHandle destroyExecutable;

    GraphCalls(SymbolLookup libcuda) {
        beginCapture = LibCuda.function(libcuda, "cuStreamBeginCapture_v2", JAVA_LONG, JAVA_INT);
        endCapture = LibCuda.function(libcuda, "cuStreamEndCapture", JAVA_LONG, ADDRESS);
        instantiate = LibCuda.function(libcuda, "cuGraphInstantiateWithFlags", ADDRESS, JAVA_LONG, JAVA_LONG);
        upload = LibCuda.function(libcuda, "cuGraphUpload", JAVA_LONG, JAVA_LONG);
        launch = LibCuda.function(libcuda, "cuGraphLaunch", JAVA_LONG, JAVA_LONG);
        destroy = LibCuda.function(libcuda, "cuGraphDestroy", JAVA_LONG);
        destroyExecutable = LibCuda.function(libcuda, "cuGraphExecDestroy", JAVA_LONG);
    }

    int beginCapture(long stream) {
        return LibCuda.call(() -> (int) beginCapture.invokeExact(stream, THREAD_LOCAL));
    }

    int endCapture(long[] graph, long stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            int result = LibCuda.call(() -> (int) endCapture.invokeExact(stream, out));
            graph[0] = out.get(JAVA_LONG, 0);
            return result;
        }
    }

    int instantiate(long[] executable, long graph) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            int result = LibCuda.call(() -> (int) instantiate.invokeExact(out, graph, 0L));
            executable[0] = out.get(JAVA_LONG, 0);
            return result;
        }
    }

    int upload(long executable, long stream) {
        return LibCuda.call(() -> (int) upload.invokeExact(executable, stream));
    }

    int launch(long executable, long stream) {
        return LibCuda.call(() -> (int) launch.invokeExact(executable, stream));
    }

    int destroy(long graph) {
        return LibCuda.call(() -> (int) destroy.invokeExact(graph));
    }

    int destroyExecutable(long executable) {
        return LibCuda.call(() -> (int) destroyExecutable.invokeExact(executable));
    }
}
