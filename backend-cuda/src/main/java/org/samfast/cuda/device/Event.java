package org.samfast.cuda.device;

import jcuda.driver.CUevent;

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

    @Override
    public void close() {
        device.gate().close(Gate.Kind.OTHER, driver -> driver.destroy(handle), () -> "closing an event");
    }
}
