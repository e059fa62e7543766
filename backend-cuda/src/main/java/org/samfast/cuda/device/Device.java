package org.samfast.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.KernelSet;
import org.samfast.backend.Tuning;

/**
 * One GPU: a context on it, the modules loaded into it, the memory taken on it. Safe for use by many threads. Failures
 * are {@link BackendException}s with CUDA's name and number of the error. Close what was made on it first. A kernel that fails
 * takes the whole context with it: {@link DeviceLostException}.
 */
public final class Device implements AutoCloseable {
    /** Set to {@code off} for kernels that start when the one before has ended, to compare with. */
    private static final boolean OVERLAPS = !"off".equals(System.getProperty("sam.cuda.overlap"));

    /** The compute capability that has griddepcontrol.wait. */
    private static final int WAITS_FROM = 90;

    private final Gate gate;
    private final Tuning tuning;
    private final DeviceMemory memory;
    private final Map<String, CUmodule> modules = new ConcurrentHashMap<>();
    private final Map<String, KernelFunction> functions = new ConcurrentHashMap<>();
    private final boolean waitsForEachKernel = "1".equals(System.getenv("SAM_CUDA_SYNC"));
    private final Fault fault;
    /** Whose kernels a dry run has; null for a device that works. */
    private final @Nullable Device real;

    private final AtomicReference<@Nullable Timeline> timeline = new AtomicReference<>();
    private volatile Consumer<String> launched = entry -> {};

    Device(Driver driver) {
        this(driver, Tuning.BEST);
    }

    Device(Driver driver, Tuning tuning) {
        this(driver, tuning, null, Fault.asked());
    }

    private Device(Driver driver, Tuning tuning, @Nullable Device real, Fault fault) {
        this.tuning = tuning;
        this.real = real;
        this.fault = fault;
        gate = new Gate(driver, waitsForEachKernel);
        memory = new DeviceMemory(gate);
        makeCurrent();
    }

    /**
     * A device on which the same calls succeed, and count what they would take, with nothing done on the GPU. It may be closed
     * before or after this one.
     */
    public Device dryRun() {
        return new Device(new DryRunDriver(gate.gpu()), tuning, this, Fault.NONE);
    }

    /**
     * Opens the first usable GPU.
     *
     * @throws BackendException where there is none, with the sentence of {@link CudaDetection}
     */
    public static Device open() {
        return open(Tuning.BEST);
    }

    /** The same, with a choice of what runs on it. */
    public static Device open(Tuning tuning) {
        CudaDetection here = CudaDetection.here();
        try {
            return new Device(new CudaDriver(here.ordinal(), here.driverVersion()), tuning);
        } catch (LinkageError e) {
            throw new BackendException(
                    "JCuda's native library is not found in java.library.path="
                            + System.getProperty("java.library.path"),
                    e);
        }
    }

    /** {@code NVIDIA H100 80GB HBM3}. */
    public String name() {
        return gate.gpu().name();
    }

    /** {@code 580.159.04}. */
    public String driverVersion() {
        return gate.gpu().driverVersion();
    }

    /** 90 for compute capability 9.0. */
    public int computeCapability() {
        return gate.gpu().computeCapability();
    }

    public int multiprocessors() {
        return gate.gpu().multiprocessors();
    }

    /** The highest clock of the multiprocessors; under load it may be lower. */
    public int clockMhz() {
        return gate.gpu().clockMhz();
    }

    /**
     * A kernel; its module is loaded on first use.
     *
     * @param module the source's path under src/main/cuda without .cu: {@code portable/linear}
     * @param entry the name of its {@code extern "C" __global__} function
     */
    public KernelFunction function(String module, String entry) {
        return functions.computeIfAbsent(module + ":" + entry, key -> find(module, entry, false));
    }

    /**
     * The same for a kernel that calls wait_for_kernels_before (common/overlap.cuh) first: from compute capability 9.0 on it is
     * started while the kernel before it still ends. The system property {@code sam.cuda.overlap=off} leaves that out. PTX that
     * the driver compiles does not wait, and is launched like any other.
     */
    public KernelFunction overlapping(String module, String entry) {
        boolean waits = OVERLAPS && tuning.overlap() && computeCapability() >= WAITS_FROM && has(module);
        return functions.computeIfAbsent(module + ":" + entry, key -> find(module, entry, waits));
    }

    /**
     * Whether this build has that module for this GPU, where it is one for single architectures; the tuning and the system property
     * {@code sam.cuda.kernels=portable} can say no.
     */
    public boolean has(String module) {
        return wants(module) && KernelImages.has(module, computeCapability());
    }

    private boolean wants(String module) {
        return switch (tuning.kernels()) {
            case BEST -> true;
            case LINEAR -> !module.endsWith("_attention");
            case PORTABLE, PTX -> false;
        };
    }

    Tuning tuning() {
        return tuning;
    }

    private KernelFunction find(String module, String entry, boolean overlaps) {
        if (real != null) {
            return real.find(module, entry, overlaps).on(this);
        }
        CUmodule loaded = modules.computeIfAbsent(module, this::load);
        Handles.OfFunction handle = new Handles.OfFunction();
        gate.call(
                Gate.Kind.OTHER,
                driver -> driver.function(handle, loaded, entry),
                () -> "looking for kernel " + entry + " in module " + module);
        return new KernelFunction(this, entry, handle, parameterBytes(handle, entry), overlaps);
    }

    private CUmodule load(String module) {
        CUmodule loaded = new CUmodule();
        byte[] image = KernelImages.of(module, computeCapability(), tuning.kernels() == KernelSet.PTX);
        gate.call(
                Gate.Kind.OTHER,
                driver -> driver.load(loaded, image),
                () -> "loading the kernels '" + module + "' on " + name());
        return loaded;
    }

    private List<Integer> parameterBytes(Handles.OfFunction function, String entry) {
        List<Integer> sizes = new ArrayList<>();
        Supplier<String> doing = () -> "asking for the parameters of kernel " + entry;
        long[] bytes = new long[1];
        int result = CUresult.CUDA_SUCCESS;
        while (result == CUresult.CUDA_SUCCESS) {
            result =
                    gate.result(Gate.Kind.OTHER, driver -> driver.parameterBytes(bytes, function, sizes.size()), doing);
            if (result == CUresult.CUDA_SUCCESS) {
                sizes.add((int) bytes[0]);
            }
        }
        if (result != CUresult.CUDA_ERROR_INVALID_VALUE) {
            gate.check(result, doing);
        }
        return List.copyOf(sizes);
    }

    /**
     * Memory on the GPU, its contents undefined.
     *
     * @param what names it in an error: {@code qkv}
     * @throws BackendException where it does not fit, with what was asked for, is free and is taken already
     */
    public DeviceBuffer allocate(String what, long bytes) {
        return new DeviceBuffer(this, memory.allocate(what, bytes), bytes, true);
    }

    /** Page-locked memory of the host, its contents undefined; {@code what} as above. */
    public PinnedBuffer allocatePinned(String what, long bytes) {
        return memory.allocatePinned(what, bytes);
    }

    /**
     * Describes a row-major bf16 matrix to Hopper's copy engine.
     *
     * @param name names it in an error
     * @param boxRows what one copy moves: at most 256
     * @param boxColumns 16, 32 or 64
     */
    public TensorMap tensorMap(String name, DeviceBuffer matrix, long rows, long columns, int boxRows, int boxColumns) {
        return TensorMap.encode(this, name, matrix, rows, columns, boxRows, boxColumns);
    }

    DeviceMemory memory() {
        return memory;
    }

    public Stream newStream() {
        return new Stream(this);
    }

    /** From now on no more than that is taken on the GPU by {@link #allocate}, in bytes. */
    public void limitMemory(long most) {
        memory.limit(most);
    }

    /** Memory of the GPU, in bytes: what is free, and all. */
    public record Free(long free, long total) {}

    /** How much of the GPU's memory is free, for anybody. */
    public Free free() {
        return memory.free();
    }

    /** What {@link #allocate} has handed out and was not closed. */
    public long allocatedBytes() {
        return memory.onGpu.taken();
    }

    /** The most that {@link #allocatedBytes} has been. */
    public long peakBytes() {
        return memory.onGpu.peak();
    }

    /** What {@link #allocatePinned} has handed out and was not closed. */
    public long pinnedBytes() {
        return memory.pinned.taken();
    }

    /** The most that {@link #pinnedBytes} has been. */
    public long peakPinnedBytes() {
        return memory.pinned.peak();
    }

    /** The bytes of {@link #allocatedBytes} by what they were allocated for. */
    public Map<String, Long> held() {
        return memory.heldOnGpu.byName();
    }

    /** Those of {@link #pinnedBytes}. */
    public Map<String, Long> heldPinned() {
        return memory.heldPinned.byName();
    }

    /** How often the driver was called until now, by all threads. */
    public CallCounts calls() {
        return gate.counts();
    }

    /** Binds the context to the calling thread; every method that calls the driver does so itself. */
    public void makeCurrent() {
        gate.call(Gate.Kind.OTHER, driver -> CUresult.CUDA_SUCCESS, () -> "taking the context of " + name());
    }

    /**
     * From now on calls that with the entry of every kernel launched, in the thread that launches it; those of a graph when
     * it is captured.
     */
    public void trace(Consumer<String> launched) {
        this.launched = launched;
    }

    /** What is timed, if anything is. */
    AtomicReference<@Nullable Timeline> timeline() {
        return timeline;
    }

    void launched(String entry) {
        launched.accept(entry);
    }

    /** SAM_CUDA_SYNC=1: an error names the kernel that made it. */
    boolean waitsForEachKernel() {
        return waitsForEachKernel;
    }

    /** Whether the system property {@code sam.cuda.fault=WHAT:WHICH} asks for this to go wrong, to see that it is noticed. */
    public boolean isToGoWrong(String what, int which) {
        return fault.isIn(what, which);
    }

    Fault fault() {
        return fault;
    }

    Gate gate() {
        return gate;
    }

    /**
     * Destroys the context, a lost one too.
     */
    @Override
    public void close() {
        functions.clear();
        memory.closePinned();
        modules.values()
                .forEach(module ->
                        gate.close(Gate.Kind.OTHER, driver -> driver.unload(module), () -> "unloading kernels"));
        modules.clear();
        gate.release();
    }
}
