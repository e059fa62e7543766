package org.samfast.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.StageObserver;
import org.samfast.backend.TraceRecorder;
import org.samfast.backend.TraceSpan;

/** What of a call is told: its steps to whoever traces the run, its stages to an observer. */
final class OnnxSteps {
    private final @Nullable StageObserver observer;
    private volatile TraceRecorder recorder = TraceRecorder.NONE;

    OnnxSteps(@Nullable StageObserver observer) {
        this.observer = observer;
    }

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

    void stages(OrtSession.Result result) {
        result.forEach(stage -> stage(stage.getKey(), (OnnxTensor) stage.getValue()));
    }

    void stage(String name, OnnxTensor tensor) {
        if (observer != null) {
            float[] values = new float[(int) tensor.getInfo().getNumElements()];
            tensor.getFloatBuffer().get(values);
            observer.stage(name, tensor.getInfo().getShape(), values);
        }
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
