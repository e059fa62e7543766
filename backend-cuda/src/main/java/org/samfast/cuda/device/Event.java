package org.samfast.cuda.device;

import java.util.function.Supplier;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;

/** A mark in a stream, with the GPU's time at which it was passed. */
public final class Event implements AutoCloseable {
    private final Device device;
    private final CUevent handle;

    Event(Device device, CUevent handle) {
        this.device = device;
        this.handle = handle;
    }

    /** Waits for this mark; milliseconds between the two, with a resolution of about 0.5 microseconds. */
    public double millisSince(Event earlier) {
        float[] millis = new float[1];
        device.gate()
                .call(Gate.Kind.SYNCHRONISATION, driver -> driver.synchronize(handle), () -> "waiting for an event");
        device.gate()
                .call(
                        Gate.Kind.OTHER,
                        driver -> driver.elapsed(millis, earlier.handle, handle),
                        () -> "asking for the time between two events");
        return millis[0];
    }

    /** Whether the GPU has come past this mark. */
    boolean isPassed() {
        Supplier<String> doing = () -> "asking for an event";
        int result = device.gate().result(Gate.Kind.OTHER, driver -> driver.query(handle), doing);
        if (result == CUresult.CUDA_ERROR_NOT_READY) {
            return false;
        }
        device.gate().check(result, doing);
        return true;
    }

    @Override
    public void close() {
        device.gate().close(Gate.Kind.OTHER, driver -> driver.destroy(handle), () -> "closing an event");
    }
}
