package org.samfast.cuda.device;

import java.util.function.Supplier;

/**
 * What was put into a stream, to be put in again by one launch: the same kernels and copies with the same arguments. The
 * buffers they name must stay open as long as this. For one thread at a time.
 */
public final class Graph implements AutoCloseable {
    private final Gate gate;
    private final long executable;
    private final int kernels;
    private boolean closed;

    private Graph(Gate gate, long executable, int kernels) {
        this.gate = gate;
        this.executable = executable;
        this.kernels = kernels;
    }

    /**
     * Captures what the work puts into the stream; nothing of it runs yet. Let the same work run once before: what it
     * allocates, loads or copies from Java arrays cannot be captured.
     *
     * @param work runs in the calling thread, and may launch, fill and copy, between GPU and page-locked memory too
     * @throws IllegalStateException naming what the work did that waits or allocates
     */
    public static Graph capture(Stream stream, Runnable work) {
        Gate gate = stream.device().gate();
        if (gate.captures()) {
            throw new IllegalStateException("a graph is being captured, and it cannot hold another");
        }
        Supplier<String> doing = () -> "capturing a graph";
        gate.call(Gate.Kind.OTHER, driver -> driver.beginCapture(stream.handle()), doing);
        long[] graph = new long[1];
        int kernels = kernels(gate, stream, work);
        try {
            gate.call(Gate.Kind.OTHER, driver -> driver.endCapture(graph, stream.handle()), doing);
            Graph made = new Graph(gate, instantiate(gate, graph[0]), kernels);
            made.upload(stream);
            return made;
        } finally {
            destroy(gate, graph[0]);
        }
    }

    /** Runs the work with its launches counted; where it fails, the capture ends with nothing. */
    private static int kernels(Gate gate, Stream stream, Runnable work) {
        gate.beginCapture();
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            gate.endCapture();
            abandon(gate, stream);
            throw e;
        }
        return gate.endCapture();
    }

    /** What CUDA says here follows from what the work failed by. */
    private static void abandon(Gate gate, Stream stream) {
        if (!gate.isLost()) {
            long[] graph = new long[1];
            gate.result(
                    Gate.Kind.OTHER,
                    driver -> driver.endCapture(graph, stream.handle()),
                    () -> "ending the capture of a graph");
            destroy(gate, graph[0]);
        }
    }

    private static void destroy(Gate gate, long graph) {
        if (graph != 0) {
            gate.close(Gate.Kind.OTHER, driver -> driver.destroyGraph(graph), () -> "closing a captured graph");
        }
    }

    private static long instantiate(Gate gate, long graph) {
        long[] made = new long[1];
        gate.call(Gate.Kind.OTHER, driver -> driver.instantiate(made, graph), () -> "making a graph executable");
        return made[0];
    }

    /** Its first launch would do that otherwise. */
    private void upload(Stream stream) {
        try {
            gate.call(
                    Gate.Kind.OTHER,
                    driver -> driver.uploadGraph(executable, stream.handle()),
                    () -> "copying a graph to the GPU");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** How many kernels it launches. */
    public int kernels() {
        return kernels;
    }

    /** Puts all of it into the stream. With the environment variable SAM_CUDA_SYNC=1 it also waits for its end. */
    public void launch(Stream stream) {
        stream.launch(
                driver -> driver.launchGraph(executable, stream.handle()), () -> "a graph of " + kernels + " kernels");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            gate.close(Gate.Kind.OTHER, driver -> driver.destroyExecutable(executable), () -> "closing a graph");
        }
    }
}
