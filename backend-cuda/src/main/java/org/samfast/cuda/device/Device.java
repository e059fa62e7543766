package org.samfast.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import org.samfast.backend.BackendException;

/**
 * One GPU: its primary context, the modules loaded into it, the memory taken on it. Safe for use by many threads. Failures
 * are {@link BackendException}s with CUDA's name and number of the error. Close what was made on it first.
 */
public final class Device implements AutoCloseable {
    private final Driver driver;
    private final Map<String, CUmodule> modules = new ConcurrentHashMap<>();
    private final Map<String, KernelFunction> functions = new ConcurrentHashMap<>();
    private final AtomicLong allocated = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final boolean waitsForEachKernel = "1".equals(System.getenv("SAM_CUDA_SYNC"));
    private volatile Consumer<String> launched = entry -> {};

    Device(Driver driver) {
        this.driver = driver;
        makeCurrent();
    }

    /**
     * Opens the first usable GPU.
     *
     * @throws BackendException where there is none, with the sentence of {@link CudaDetection}
     */
    public static Device open() {
        CudaDetection here = CudaDetection.here();
        try {
            return new Device(new CudaDriver(here.ordinal(), here.driverVersion()));
        } catch (LinkageError e) {
            throw new BackendException(
                    "JCuda's native library is not found in java.library.path="
                            + System.getProperty("java.library.path"),
                    e);
        }
    }

    /** {@code NVIDIA H100 80GB HBM3}. */
    public String name() {
        return driver.gpu().name();
    }

    /** {@code 580.159.04}. */
    public String driverVersion() {
        return driver.gpu().driverVersion();
    }

    /** 90 for compute capability 9.0. */
    public int computeCapability() {
        return driver.gpu().computeCapability();
    }

    public int multiprocessors() {
        return driver.gpu().multiprocessors();
    }

    /** The highest clock of the multiprocessors; under load it may be lower. */
    public int clockMhz() {
        return driver.gpu().clockMhz();
    }

    /**
     * A kernel; its module is loaded on first use.
     *
     * @param module the source's path under src/main/cuda without .cu: {@code portable/linear}
     * @param entry the name of its {@code extern "C" __global__} function
     */
    public KernelFunction function(String module, String entry) {
        return functions.computeIfAbsent(module + ":" + entry, key -> find(module, entry));
    }

    /**
     * Whether this build has that module for this GPU, where it is one for single architectures; the system property {@code
     * sam.cuda.kernels=portable} says no.
     */
    public boolean has(String module) {
        return KernelImages.has(module, computeCapability());
    }

    private KernelFunction find(String module, String entry) {
        makeCurrent();
        CUmodule loaded = modules.computeIfAbsent(module, this::load);
        Handles.OfFunction handle = new Handles.OfFunction();
        DriverResult.check(
                driver.function(handle, loaded, entry), () -> "looking for kernel " + entry + " in module " + module);
        return new KernelFunction(this, entry, handle, parameterBytes(handle, entry));
    }

    private CUmodule load(String module) {
        CUmodule loaded = new CUmodule();
        byte[] image = KernelImages.of(module, computeCapability());
        DriverResult.check(driver.load(loaded, image), () -> "loading the kernels '" + module + "' on " + name());
        return loaded;
    }

    private List<Integer> parameterBytes(Handles.OfFunction function, String entry) {
        List<Integer> sizes = new ArrayList<>();
        long[] bytes = new long[1];
        int result = driver.parameterBytes(bytes, function, 0);
        while (result == CUresult.CUDA_SUCCESS) {
            sizes.add((int) bytes[0]);
            result = driver.parameterBytes(bytes, function, sizes.size());
        }
        int end = result;
        if (end != CUresult.CUDA_ERROR_INVALID_VALUE) {
            DriverResult.check(end, () -> "asking for the parameters of kernel " + entry);
        }
        return List.copyOf(sizes);
    }

    /**
     * Memory on the GPU, its contents undefined.
     *
     * @param what names it in an error: {@code qkv}
     */
    public DeviceBuffer allocate(String what, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(what + ": expected 1 byte or more of device memory, got " + bytes);
        }
        makeCurrent();
        long[] address = new long[1];
        DriverResult.check(
                driver.allocate(address, bytes),
                () -> "allocating " + bytes + " bytes for " + what + " on " + name() + ", " + memory());
        peak.accumulateAndGet(allocated.addAndGet(bytes), Math::max);
        return new DeviceBuffer(this, address[0], bytes, true);
    }

    private String memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        return driver.memory(free, total) == CUresult.CUDA_SUCCESS
                ? "where " + free[0] + " of " + total[0] + " are free"
                : "where the free memory is unknown";
    }

    /**
     * Describes a row-major bf16 matrix to Hopper's copy engine.
     *
     * @param name names it in an error
     * @param boxRows what one copy moves: at most 256
     * @param boxColumns 32 or 64
     */
    public TensorMap tensorMap(String name, DeviceBuffer matrix, long rows, long columns, int boxRows, int boxColumns) {
        return TensorMap.encode(this, name, matrix, rows, columns, boxRows, boxColumns);
    }

    void free(long address, long bytes) {
        makeCurrent();
        DriverResult.check(driver.free(address), () -> "freeing " + bytes + " bytes on " + name());
        allocated.addAndGet(-bytes);
    }

    public Stream newStream() {
        makeCurrent();
        return new Stream(this);
    }

    /** What {@link #allocate} has handed out and was not closed. */
    public long allocatedBytes() {
        return allocated.get();
    }

    /** The most that {@link #allocatedBytes} has been. */
    public long peakBytes() {
        return peak.get();
    }

    /** Binds the context to the calling thread; every method that calls the driver does so itself. */
    public void makeCurrent() {
        DriverResult.check(driver.makeCurrent(), () -> "taking the context of " + name());
    }

    /** From now on calls that with the entry of every kernel launched, in the thread that launches it. */
    public void trace(Consumer<String> launched) {
        this.launched = launched;
    }

    void launched(String entry) {
        launched.accept(entry);
    }

    /** SAM_CUDA_SYNC=1: an error names the kernel that made it. */
    boolean waitsForEachKernel() {
        return waitsForEachKernel;
    }

    Driver driver() {
        return driver;
    }

    @Override
    public void close() {
        makeCurrent();
        functions.clear();
        modules.values().forEach(driver::unload);
        modules.clear();
        DriverResult.check(driver.release(), () -> "closing " + name());
    }
}
