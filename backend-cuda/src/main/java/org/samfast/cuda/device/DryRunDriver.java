package org.samfast.cuda.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jcuda.driver.CUevent;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;

/** A driver that does nothing on the GPU: what is allocated has an address and takes no memory, what is copied back is 0. */
final class DryRunDriver implements Driver {
    private static final long ALIGNMENT = 256;

    private final Gpu gpu;
    private final Map<Long, Arena> pinned = new ConcurrentHashMap<>();
    private final AtomicLong nextAddress = new AtomicLong(1L << 40);

    DryRunDriver(Gpu gpu) {
        this.gpu = gpu;
    }

    @Override
    public Gpu gpu() {
        return gpu;
    }

    @Override
    public int allocate(long[] address, long bytes) {
        address[0] = nextAddress.getAndAdd(Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT);
        return CUresult.CUDA_SUCCESS;
    }

    /** The host writes to it, so it is there. */
    @Override
    public int allocatePinned(long[] address, long bytes) {
        Arena arena = Arena.ofShared();
        address[0] = arena.allocate(bytes).address();
        pinned.put(address[0], arena);
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int freePinned(long address) {
        Objects.requireNonNull(pinned.remove(address)).close();
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int download(MemorySegment to, long from, Handles.OfStream stream) {
        to.fill((byte) 0);
        return CUresult.CUDA_SUCCESS;
    }

    /** Not for the kernels of a dry run, which are the device's own. */
    @Override
    public int load(CUmodule loaded, byte[] image) {
        throw new IllegalStateException("a dry run has its kernels from its device");
    }

    @Override
    public int function(Handles.OfFunction found, CUmodule module, String entry) {
        throw new IllegalStateException("a dry run has its kernels from its device");
    }

    @Override
    public int parameterBytes(long[] bytes, Handles.OfFunction function, int index) {
        throw new IllegalStateException("a dry run has its kernels from its device");
    }

    @Override
    public int makeCurrent() {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int release() {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int memory(long[] free, long[] total) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int free(long address) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int createStream(Handles.OfStream created) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int destroy(Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int synchronize(Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int createEvent(CUevent created) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int destroy(CUevent event) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int record(CUevent event, Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int synchronize(CUevent event) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int query(CUevent event) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int elapsed(float[] millis, CUevent from, CUevent to) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int unload(CUmodule module) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int allowSharedBytes(Handles.OfFunction function, int bytes) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int launch(
            Handles.OfFunction function,
            Grid grid,
            Block block,
            int sharedBytes,
            Handles.OfStream stream,
            boolean overlaps,
            Object... arguments) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int upload(long to, MemorySegment from, Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int encodeTensorMap(
            MemorySegment map, long address, long columns, long rows, int boxColumns, int boxRows, int swizzle) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int beginCapture(Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int endCapture(long[] graph, Handles.OfStream stream) {
        graph[0] = 1;
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int instantiate(long[] executable, long graph) {
        executable[0] = 1;
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int uploadGraph(long executable, Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int launchGraph(long executable, Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int destroyGraph(long graph) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int destroyExecutable(long executable) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int copy(long to, long from, long bytes, Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }

    @Override
    public int fill(long to, byte value, long bytes, Handles.OfStream stream) {
        return CUresult.CUDA_SUCCESS;
    }
}
