package org.samfast.cuda.device;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUevent;
import jcuda.driver.CUmodule;

/**
 * The calls of the CUDA driver that this package makes, each with CUDA's own result code. An interface because the tests
 * check every launch against the kernels' parameters without a GPU.
 */
interface Driver {
    Gpu gpu();

    int makeCurrent();

    /** Destroys the context. */
    int release();

    int memory(long[] free, long[] total);

    int allocate(long[] address, long bytes);

    int free(long address);

    /** Page-locked memory of the host. */
    int allocatePinned(long[] address, long bytes);

    int freePinned(long address);

    int createStream(Handles.OfStream created);

    int destroy(Handles.OfStream stream);

    int synchronize(Handles.OfStream stream);

    int createEvent(CUevent created);

    int destroy(CUevent event);

    int record(CUevent event, Handles.OfStream stream);

    int synchronize(CUevent event);

    /** CUDA_ERROR_NOT_READY where it is not passed yet. */
    int query(CUevent event);

    int elapsed(float[] millis, CUevent from, CUevent to);

    int load(CUmodule loaded, byte[] image);

    int unload(CUmodule module);

    int function(Handles.OfFunction found, CUmodule module, String entry);

    /** The size of one parameter; CUDA_ERROR_INVALID_VALUE past the last. */
    int parameterBytes(long[] bytes, Handles.OfFunction function, int index);

    int allowSharedBytes(Handles.OfFunction function, int bytes);

    /**
     * @param overlaps whether it may start before what is in the stream has ended; the kernel then waits by itself
     * @param arguments as {@link LaunchArguments} takes them, checked against the kernel's parameters
     */
    int launch(
            Handles.OfFunction function,
            Grid grid,
            Block block,
            int sharedBytes,
            Handles.OfStream stream,
            boolean overlaps,
            Object... arguments);

    /** @param from native memory */
    int upload(long to, MemorySegment from, Handles.OfStream stream);

    /** @param to native memory */
    int download(MemorySegment to, long from, Handles.OfStream stream);

    /**
     * @param map 128 bytes of native memory
     * @param swizzle as CUtensorMapSwizzle numbers it
     */
    int encodeTensorMap(
            MemorySegment map, long address, long columns, long rows, int boxColumns, int boxRows, int swizzle);

    /** Other threads may go on with what cannot be captured. */
    int beginCapture(Handles.OfStream stream);

    /** @param graph stays 0 where the capture was made invalid */
    int endCapture(long[] graph, Handles.OfStream stream);

    int instantiate(long[] executable, long graph);

    int uploadGraph(long executable, Handles.OfStream stream);

    int launchGraph(long executable, Handles.OfStream stream);

    int destroyGraph(long graph);

    int destroyExecutable(long executable);

    int copy(long to, long from, long bytes, Handles.OfStream stream);

    int fill(long to, byte value, long bytes, Handles.OfStream stream);
}
