package org.samfast.cli.pipeline;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.cli.output.OutputException;
import org.samfast.cli.terminal.ErrorLine;
import org.samfast.file.WorkInFlight;

/**
 * Takes inputs through reading, computing and writing; the stages overlap, results come in the order of the inputs. A bad
 * input is reported and the next one follows. What is in hand is bounded, so that memory does not grow with the inputs.
 */
public final class Pipeline<I, D, R> {
    private final Work<I, D, R> work;
    private final Limits limits;
    private final RunReport report;
    private final Stop stop = new Stop();
    private final MemoryGate memory;
    private final Semaphore places;
    private final BlockingQueue<Optional<Slot<I, D>>> toCompute = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<Slot<I, D>>> toFinish = new LinkedBlockingQueue<>();
    private @Nullable Throwable bug;

    public Pipeline(Work<I, D, R> work, Limits limits, RunReport report) {
        this.work = work;
        this.limits = limits;
        this.report = report;
        memory = new MemoryGate(limits.bytes(), limits.bytes() / limits.threads());
        places = new Semaphore(limits.inputs());
    }

    /** Does the work on every input; the exit code of the command. */
    public int run(List<I> inputs) throws IOException {
        report.start(inputs.size());
        try (WorkInFlight _ = new WorkInFlight(this::interrupt)) {
            try (ExecutorService readers = Executors.newFixedThreadPool(limits.threads(), named("reader"));
                    ExecutorService writers = Executors.newFixedThreadPool(limits.threads(), named("writer"));
                    ExecutorService stages = Executors.newCachedThreadPool(named("stage"))) {
                stages.execute(() -> feed(inputs, readers));
                stages.execute(new ComputeStage<>(work, limits, toCompute, stages, writers, memory, stop));
                finish();
            }
            throwBug();
            return report.conclude(stop.reason(), work.goesOn());
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /** Threads whose names say what they do, for a trace or a thread dump. */
    private static ThreadFactory named(String what) {
        return Thread.ofPlatform().name(what + "-", 1).factory();
    }

    private void interrupt() {
        if (stop.request(Stop.Reason.INTERRUPTED)) {
            report.stopping();
        }
    }

    /** Hands the inputs to the readers, no more of them than may be in hand. */
    private void feed(List<I> inputs, ExecutorService readers) {
        try {
            for (I input : inputs) {
                places.acquire();
                long reserved = memory.reserve();
                if (stop.isRequested()) {
                    return;
                }
                Optional<Slot<I, D>> slot = Optional.of(new Slot<>(input, reserved, readers.submit(() -> read(input))));
                toCompute.add(slot);
                toFinish.add(slot);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            toCompute.add(Optional.empty());
            toFinish.add(Optional.empty());
        }
    }

    private D read(I input) throws IOException {
        if (stop.isRequested()) {
            throw new CancellationException();
        }
        return work.read(input);
    }

    /** The last stage, in the order of the inputs. */
    private void finish() throws InterruptedException {
        for (var next = toFinish.take(); next.isPresent(); next = toFinish.take()) {
            Slot<I, D> slot = next.get();
            try {
                report.done(slot.written().finish());
            } catch (CancellationException _) {
                // dropped by a stop: neither done nor failed
            } catch (ExecutionException e) {
                failed(slot.input(), e.getCause());
            } catch (IOException | RuntimeException e) {
                failed(slot.input(), e);
            }
            memory.release(slot.bytes());
            places.release();
        }
    }

    private void failed(I input, @Nullable Throwable error) {
        switch (error) {
            case CancellationException _ -> {}
            case OutputException full when full.isDiskFull() -> diskFull(full);
            case IOException bad -> reportFailed(input, bad);
            case BackendException bad -> reportFailed(input, bad);
            case OutOfMemoryError bad -> reportFailed(input, bad);
            case RunFailedException whole -> end(whole.getCause());
            case null, default -> end(error);
        }
    }

    private void reportFailed(I input, Throwable error) {
        try {
            report.failed(work.name(input), error, work.failed(input, ErrorLine.of(error)));
        } catch (IOException | RuntimeException e) {
            end(e);
        }
    }

    private void diskFull(OutputException full) {
        if (stop.request(Stop.Reason.DISK_FULL)) {
            report.error(full);
        }
    }

    /** What is no fault of an input ends the run. */
    private void end(@Nullable Throwable error) {
        stop.request(Stop.Reason.FAILED);
        if (bug == null) {
            bug = error;
        }
    }

    private void throwBug() throws IOException {
        switch (bug) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(bug);
        }
    }
}
