package org.samfast.cli.trace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.samfast.backend.SamBackend;
import org.samfast.backend.TraceDetail;
import org.samfast.cli.pipeline.Work;

/** Work whose stages are traced, each on the track of its thread; the device does it as ever. */
public final class TracedWork<I, D, R> implements Work<I, D, R> {
    private final Work<I, D, R> work;
    private final Supplier<SamBackend> backend;
    private final TraceFile trace;

    /** That work, told to the trace; {@code backend} computes it, opened when first used. */
    public TracedWork(Work<I, D, R> work, Supplier<SamBackend> backend, TraceFile trace) {
        this.work = work;
        this.backend = backend;
        this.trace = trace;
    }

    @Override
    public String name(I input) {
        return work.name(input);
    }

    @Override
    public D read(I input) throws IOException {
        return trace.stage("read", () -> work.read(input));
    }

    @Override
    public long bytes(D read) {
        return work.bytes(read);
    }

    @Override
    public void open() throws IOException {
        trace.stage("open", () -> {
            work.open();
            return work;
        });
    }

    @Override
    public List<R> compute(List<D> batch) throws IOException {
        List<R> results = new ArrayList<>();
        Runnable compute = () -> {
            try {
                results.addAll(work.compute(batch));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        try {
            return trace.stage("compute", () -> {
                backend.get().traced(compute, TraceDetail.SEQUENCES, trace);
                return results;
            });
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    @Override
    public InOrder write(R result) throws IOException {
        return trace.stage("write", () -> work.write(result));
    }

    @Override
    public List<String> failed(I input, String error) throws IOException {
        return work.failed(input, error);
    }

    @Override
    public String goesOn() {
        return work.goesOn();
    }
}
