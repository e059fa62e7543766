package org.samfast.cuda.device;

import jcuda.driver.CUevent;

/** A queue of work on the GPU: launches and copies run in the order in which they were put in. */
public final class Stream implements AutoCloseable {
    private final Device device;
    private final Handles.OfStream handle = new Handles.OfStream();

    /** The context is current. */
    Stream(Device device) {
        this.device = device;
        DriverResult.check(device.driver().createStream(handle), () -> "making a stream");
    }

    /** Waits until all its work is done; what went wrong in a kernel is found here. */
    public void synchronize() {
        device.makeCurrent();
        DriverResult.check(
                device.driver().synchronize(handle),
                () -> "waiting for the GPU (a kernel before has failed; SAM_CUDA_SYNC=1 names it)");
    }

    /** A mark that the GPU passes when all work put in before is done. */
    public Event record() {
        device.makeCurrent();
        CUevent event = new CUevent();
        DriverResult.check(device.driver().createEvent(event), () -> "making an event");
        DriverResult.check(device.driver().record(event, handle), () -> "recording an event");
        return new Event(device, event);
    }

    Handles.OfStream handle() {
        return handle;
    }

    @Override
    public void close() {
        device.makeCurrent();
        DriverResult.check(device.driver().destroy(handle), () -> "closing a stream");
    }
}
