package org.samfast.cuda.device;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUctx_flags;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** The driver on a context of its own: JCuda for objects, {@link DeviceCalls} for memory and launches. */
final class CudaDriver implements Driver {
    /** CU_STREAM_NON_BLOCKING: no waiting for the legacy default stream, which sam never uses. */
    private static final int NON_BLOCKING = 1;

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final DeviceCalls calls = new DeviceCalls(LibCuda.find().orElseThrow());
    private final GraphCalls graphs = new GraphCalls(LibCuda.find().orElseThrow());
    private final TensorMapCalls tensorMaps = new TensorMapCalls(LibCuda.find().orElseThrow());
    private final Gpu gpu;

    /** Opens the GPU of that ordinal; {@link CudaDetection} has found that it can be used. */
    CudaDriver(int ordinal, String driverVersion) {
        DriverResult.check(JCudaDriver.cuInit(0), () -> "starting CUDA");
        DriverResult.check(JCudaDriver.cuDeviceGet(device, ordinal), () -> "opening GPU " + ordinal);
        gpu = new Gpu(
                nameOf(device),
                10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                        + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE) / 1000,
                driverVersion);
        DriverResult.check(
                JCudaDriver.cuCtxCreate(context, CUctx_flags.CU_CTX_SCHED_AUTO, device),
                () -> "opening a context on " + gpu.name());
    }

    private static String nameOf(CUdevice device) {
        byte[] name = new byte[256];
        DriverResult.check(JCudaDriver.cuDeviceGetName(name, name.length, device), () -> "asking for the GPU's name");
        String text = new String(name, StandardCharsets.UTF_8);
        return text.substring(0, text.indexOf('\0'));
    }

    private int attribute(int attribute) {
        int[] value = new int[1];
        DriverResult.check(
                JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
                () -> "asking for the GPU's " + CUdevice_attribute.stringFor(attribute));
        return value[0];
    }

    @Override
    public Gpu gpu() {
        return gpu;
    }

    @Override
    public int makeCurrent() {
        return JCudaDriver.cuCtxSetCurrent(context);
    }

    @Override
    public int release() {
        return JCudaDriver.cuCtxDestroy(context);
    }

    @Override
    public int memory(long[] free, long[] total) {
        return JCudaDriver.cuMemGetInfo(free, total);
    }

    @Override
    public int allocate(long[] address, long bytes) {
        return calls.allocate(address, bytes);
    }

    @Override
    public int free(long address) {
        return calls.free(address);
    }

    @Override
    public int allocatePinned(long[] address, long bytes) {
        return calls.allocatePinned(address, bytes);
    }

    @Override
    public int freePinned(long address) {
        return calls.freePinned(address);
    }

    @Override
    public int createStream(Handles.OfStream created) {
        return JCudaDriver.cuStreamCreate(created, NON_BLOCKING);
    }

    @Override
    public int destroy(Handles.OfStream stream) {
        return JCudaDriver.cuStreamDestroy(stream);
    }

    @Override
    public int synchronize(Handles.OfStream stream) {
        return JCudaDriver.cuStreamSynchronize(stream);
    }

    @Override
    public int createEvent(CUevent created) {
        return JCudaDriver.cuEventCreate(created, 0);
    }

    @Override
    public int destroy(CUevent event) {
        return JCudaDriver.cuEventDestroy(event);
    }

    @Override
    public int record(CUevent event, Handles.OfStream stream) {
        return JCudaDriver.cuEventRecord(event, stream);
    }

    @Override
    public int synchronize(CUevent event) {
        return JCudaDriver.cuEventSynchronize(event);
    }

    @Override
    public int query(CUevent event) {
        return JCudaDriver.cuEventQuery(event);
    }

    @Override
    public int elapsed(float[] millis, CUevent from, CUevent to) {
        return JCudaDriver.cuEventElapsedTime(millis, from, to);
    }

    @Override
    public int load(CUmodule loaded, byte[] image) {
        return JCudaDriver.cuModuleLoadData(loaded, image);
    }

    @Override
    public int unload(CUmodule module) {
        return JCudaDriver.cuModuleUnload(module);
    }

    @Override
    public int function(Handles.OfFunction found, CUmodule module, String entry) {
        return JCudaDriver.cuModuleGetFunction(found, module, entry);
    }

    @Override
    public int parameterBytes(long[] bytes, Handles.OfFunction function, int index) {
        return calls.parameterBytes(bytes, function.address(), index);
    }

    @Override
    public int allowSharedBytes(Handles.OfFunction function, int bytes) {
        return JCudaDriver.cuFuncSetAttribute(
                function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes);
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
        return calls.launch(function.address(), grid, block, sharedBytes, stream.address(), overlaps, arguments);
    }

    @Override
    public int upload(long to, MemorySegment from, Handles.OfStream stream) {
        return calls.upload(to, from, stream.address());
    }

    @Override
    public int download(MemorySegment to, long from, Handles.OfStream stream) {
        return calls.download(to, from, stream.address());
    }

    @Override
    public int encodeTensorMap(
            MemorySegment map, long address, long columns, long rows, int boxColumns, int boxRows, int swizzle) {
        return tensorMaps.encode(map, address, columns, rows, boxColumns, boxRows, swizzle);
    }

    @Override
    public int beginCapture(Handles.OfStream stream) {
        return graphs.beginCapture(stream.address());
    }

    @Override
    public int endCapture(long[] graph, Handles.OfStream stream) {
        return graphs.endCapture(graph, stream.address());
    }

    @Override
    public int instantiate(long[] executable, long graph) {
        return graphs.instantiate(executable, graph);
    }

    @Override
    public int uploadGraph(long executable, Handles.OfStream stream) {
        return graphs.upload(executable, stream.address());
    }

    @Override
    public int launchGraph(long executable, Handles.OfStream stream) {
        return graphs.launch(executable, stream.address());
    }

    @Override
    public int destroyGraph(long graph) {
        return graphs.destroy(graph);
    }

    @Override
    public int destroyExecutable(long executable) {
        return graphs.destroyExecutable(executable);
    }

    @Override
    public int copy(long to, long from, long bytes, Handles.OfStream stream) {
        return calls.copy(to, from, bytes, stream.address());
    }

    @Override
    public int fill(long to, byte value, long bytes, Handles.OfStream stream) {
        return calls.fill(to, value, bytes, stream.address());
    }
}
