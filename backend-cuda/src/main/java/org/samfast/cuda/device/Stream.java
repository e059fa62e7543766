package org.samfast.cuda.device;

import java.util.function.Supplier;
import jcuda.driver.CUevent;
import org.jspecify.annotations.Nullable;

/** A queue of work on the GPU: launches and copies run in the order in which they were put in. */
public final class Stream implements AutoCloseable {
    private final Device device;
    private final Handles.OfStream handle = new Handles.OfStream();

    Stream(Device device) {
        this.device = device;
        device.gate().call(Gate.Kind.OTHER, driver -> driver.createStream(handle), () -> "making a stream");
    }

    /** Waits until all its work is done; what went wrong in a kernel is found here. */
    public void synchronize() {
        device.gate()
                .call(Gate.Kind.SYNCHRONISATION, driver -> driver.synchronize(handle), () -> "waiting for the GPU");
    }

    /** A mark that the GPU passes when all work put in before is done. */
    public Event record() {
        CUevent event = new CUevent();
        device.gate().call(Gate.Kind.OTHER, driver -> driver.createEvent(event), () -> "making an event");
        device.gate().call(Gate.Kind.OTHER, driver -> driver.record(event, handle), () -> "recording an event");
        return new Event(device, event);
    }

    /** Puts a launch in; with SAM_CUDA_SYNC=1 waits for its end, unless it is only captured. */
    void launch(Gate.Call launch, Supplier<String> text) {
        Gate gate = device.gate();
        gate.call(Gate.Kind.LAUNCH, launch, text);
        if (device.waitsForEachKernel() && !gate.captures()) {
            gate.call(Gate.Kind.SYNCHRONISATION, driver -> driver.synchronize(handle), text);
        }
    }

    /** Puts something in, between two marks where a {@link Timeline} is kept. */
    void timed(Supplier<Timeline.Item> what, Runnable put) {
        Timeline timeline = timeline();
        if (timeline == null || device.gate().captures()) {
            put.run();
        } else {
            timeline.around(what.get(), put);
        }
    }

    /** Does something that belongs to its work on the host, and notes it where a {@link Timeline} is kept. */
    void onHost(String name, Runnable work) {
        Timeline timeline = timeline();
        if (timeline == null) {
            work.run();
        } else {
            timeline.onHost(name, work);
        }
    }

    /** Whether every kernel is to be launched by itself, after the one before has ended. */
    boolean separatesKernels() {
        Timeline timeline = timeline();
        return timeline != null && timeline.separatesKernels();
    }

    private @Nullable Timeline timeline() {
        Timeline kept = device.timeline().get();
        return kept != null && kept.isOf(this) ? kept : null;
    }

    Device device() {
        return device;
    }

    Handles.OfStream handle() {
        return handle;
    }

    @Override
    public void close() {
        device.gate().close(Gate.Kind.OTHER, driver -> driver.destroy(handle), () -> "closing a stream");
    }
}
