package org.samfast.onnx;

import ai.onnxruntime.OrtException;
import org.samfast.backend.TraceRecorder;
import org.samfast.backend.TraceSpan;

/** The steps within a call, told to whoever traces the run. */
final class OnnxSteps {
    private volatile TraceRecorder recorder = TraceRecorder.NONE;

    /** What a step does. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws OrtException;
    }

    <T> T step(String name, Step<T> step) throws OrtException {
        long start = System.nanoTime();
        T result = step.run();
        recorder.add(TraceSpan.stage(name, start));
        return result;
    }

    /** Tells the steps of that work. */
    void traced(Runnable work, TraceRecorder to) {
        recorder = to;
        try {
            work.run();
        } finally {
            recorder = TraceRecorder.NONE;
        }
    }
}
