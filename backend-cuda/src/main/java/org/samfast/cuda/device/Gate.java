package org.samfast.cuda.device;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import jcuda.driver.CUresult;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;

/**
 * The one gate to the driver of an open device: it binds the context to the calling thread, counts what makes the host wait,
 * and lets nothing through once the device is lost.
 */
final class Gate {
    /** What a call is counted as. */
    enum Kind {
        LAUNCH,
        SYNCHRONISATION,
        BLOCKING_COPY,
        ALLOCATION,
        /** Not counted: it makes nobody wait. */
        OTHER;

        /** The driver refuses these while the thread captures, or makes the capture invalid. */
        boolean mayBeCaptured() {
            return this == LAUNCH || this == OTHER;
        }
    }

    /** One or more calls of the driver; CUDA's result code. */
    interface Call {
        int result(Driver driver);
    }

    private final Driver driver;
    private final boolean namesKernels;
    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);
    /** How many kernels were captured; nothing in a thread that captures no graph of this device. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable AtomicInteger> captured = new ThreadLocal<>();

    private volatile @Nullable DeviceLostException lost;

    /** @param namesKernels each launch is waited for, so an error already says which it was */
    Gate(Driver driver, boolean namesKernels) {
        this.driver = driver;
        this.namesKernels = namesKernels;
        for (Kind kind : Kind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    Gpu gpu() {
        return driver.gpu();
    }

    /**
     * Makes the call.
     *
     * @param doing for the error: what it was for, and where
     * @throws DeviceLostException where the device was lost before, or is by this
     * @throws BackendException where CUDA refuses
     */
    void call(Kind kind, Call call, Supplier<String> doing) {
        check(result(kind, call, doing), doing);
    }

    /** The same without looking at the result. */
    int result(Kind kind, Call call, Supplier<String> doing) {
        DeviceLostException before = lost;
        if (before != null) {
            throw new DeviceLostException(before);
        }
        count(kind, doing);
        int current = driver.makeCurrent();
        return current == CUresult.CUDA_SUCCESS ? call.result(driver) : current;
    }

    void check(int result, Supplier<String> doing) {
        if (result == CUresult.CUDA_SUCCESS) {
            return;
        }
        String message = doing.get() + ": " + DriverResult.name(result);
        if (DriverResult.losesTheDevice(result)) {
            throw lose(new DeviceLostException(
                    namesKernels ? message : message + " (a kernel before has failed; SAM_CUDA_SYNC=1 names it)"));
        }
        throw new BackendException(message);
    }

    /** Of several threads that find it out at once, the first has the cause. */
    private synchronized DeviceLostException lose(DeviceLostException found) {
        if (lost == null) {
            lost = found;
        }
        return found;
    }

    /** Gives something back; nothing is left to give back once the device is lost, or another has destroyed the context. */
    void close(Kind kind, Call call, Supplier<String> doing) {
        if (isLost()) {
            return;
        }
        int result = result(kind, call, doing);
        if (result == CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED) {
            lose(new DeviceLostException(doing.get() + ": " + DriverResult.name(result)));
        } else {
            check(result, doing);
        }
    }

    boolean isLost() {
        return lost != null;
    }

    /**
     * Destroys the context. Of a lost one CUDA may repeat there what was wrong with it.
     */
    void release() {
        int result = driver.release();
        if (!isLost() || !DriverResult.losesTheDevice(result)) {
            DriverResult.check(result, () -> "closing " + gpu().name());
        }
    }

    private void count(Kind kind, Supplier<String> doing) {
        AtomicInteger capture = captured.get();
        if (capture == null) {
            counter(kind).increment();
        } else if (!kind.mayBeCaptured()) {
            throw new IllegalStateException(
                    "a graph is being captured, and it cannot hold this: " + doing.get() + "; do it before");
        } else if (kind == Kind.LAUNCH) {
            capture.incrementAndGet();
        }
    }

    private LongAdder counter(Kind kind) {
        return Objects.requireNonNull(counts.get(kind));
    }

    CallCounts counts() {
        return new CallCounts(
                counter(Kind.LAUNCH).sum(),
                counter(Kind.SYNCHRONISATION).sum(),
                counter(Kind.BLOCKING_COPY).sum(),
                counter(Kind.ALLOCATION).sum());
    }

    /** Whether this thread captures a graph. */
    boolean captures() {
        return captured.get() != null;
    }

    /** From here to {@link #endCapture} launches of this thread are captured. */
    void beginCapture() {
        captured.set(new AtomicInteger());
    }

    /** How many launches were captured. */
    int endCapture() {
        AtomicInteger launches = captured.get();
        captured.remove();
        return launches == null ? 0 : launches.get();
    }
}
