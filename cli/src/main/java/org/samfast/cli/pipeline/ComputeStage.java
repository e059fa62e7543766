package org.samfast.cli.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendLostException;

/**
 * The stage that computes: gathers in order what was read into batches and hands the results to the writers. Of a batch
 * that fails, every input is tried alone, so that only the bad one fails; a lost backend fails its batch and stops the run,
 * and other batches that it had are dropped.
 */
final class ComputeStage<I, D, R> implements Runnable {
    private final Work<I, D, R> work;
    private final int batchSize;
    private final Semaphore calls;
    private final BlockingQueue<Optional<Slot<I, D>>> inputs;
    private final ExecutorService computers;
    private final ExecutorService writers;
    private final MemoryGate memory;
    private final Stop stop;
    private final List<Slot<I, D>> slots = new ArrayList<>();
    private final List<D> batch = new ArrayList<>();
    private boolean opened;

    ComputeStage(
            Work<I, D, R> work,
            Limits limits,
            BlockingQueue<Optional<Slot<I, D>>> inputs,
            ExecutorService computers,
            ExecutorService writers,
            MemoryGate memory,
            Stop stop) {
        this.work = work;
        batchSize = limits.batch();
        calls = new Semaphore(limits.calls(), true);
        this.inputs = inputs;
        this.computers = computers;
        this.writers = writers;
        this.memory = memory;
        this.stop = stop;
    }

    @Override
    public void run() {
        try {
            calls.acquire();
            for (var next = next(); next.isPresent(); next = next()) {
                take(next.get());
                if (batch.size() == batchSize) {
                    computeBatch();
                }
            }
            computeBatch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next input. Where none is on its way, no more may be in hand: then the batch goes as it is. */
    private Optional<Slot<I, D>> next() throws InterruptedException {
        if (inputs.isEmpty()) {
            computeBatch();
        }
        return inputs.take();
    }

    /** Waits for reading; what was read joins the batch. */
    private void take(Slot<I, D> slot) throws InterruptedException {
        try {
            D read = slot.read();
            slot.settle(memory, work.bytes(read));
            slots.add(slot);
            batch.add(read);
        } catch (ExecutionException e) {
            slot.fail(Objects.requireNonNull(e.getCause()));
        } catch (RuntimeException e) {
            slot.fail(e);
        }
    }

    /** Hands the batch over, and gathers no other before the backend takes another call: till then more is read. */
    private void computeBatch() throws InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        List<Slot<I, D>> of = List.copyOf(slots);
        List<D> read = List.copyOf(batch);
        slots.clear();
        batch.clear();
        computers.execute(() -> {
            try {
                computeOrFail(of, read);
            } finally {
                calls.release();
            }
        });
        calls.acquire();
    }

    private void computeOrFail(List<Slot<I, D>> of, List<D> read) {
        if (stop.isRequested()) {
            of.forEach(Slot::drop);
            return;
        }
        try {
            openOnce();
            List<R> results = work.compute(read);
            for (int i = 0; i < of.size(); i++) {
                write(of.get(i), results.get(i));
            }
        } catch (BackendLostException e) {
            stop.request(Stop.Reason.BACKEND_LOST);
            of.forEach(e.by() == BackendLostException.Call.THIS ? slot -> slot.fail(e) : Slot::drop);
        } catch (IOException | BackendException | OutOfMemoryError e) {
            failOrTryAlone(of, read, e);
        } catch (RuntimeException | Error e) {
            stop.request(Stop.Reason.FAILED);
            of.forEach(slot -> slot.fail(e));
        }
    }

    /** What opening throws is no fault of an input. */
    private synchronized void openOnce() {
        if (!opened) {
            try {
                work.open();
            } catch (IOException | RuntimeException e) {
                throw new RunFailedException(e);
            }
            opened = true;
        }
    }

    private void failOrTryAlone(List<Slot<I, D>> of, List<D> read, Throwable error) {
        if (of.size() == 1) {
            of.getFirst().fail(error);
            return;
        }
        for (int i = 0; i < of.size(); i++) {
            computeOrFail(List.of(of.get(i)), List.of(read.get(i)));
        }
    }

    private void write(Slot<I, D> slot, R result) {
        writers.execute(() -> {
            try {
                slot.end(work.write(result));
            } catch (IOException | RuntimeException | Error e) {
                slot.fail(e);
            }
        });
    }
}
