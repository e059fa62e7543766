package org.samfast.cuda;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendLostException;
import org.samfast.cuda.device.DeviceLostException;

/**
 * The calls of several threads on one engine. In each of its two lanes they take turns; the lanes go on beside each other, each with
 * its own stream, copies and decoder. An error that ends the GPU's context ends the engine, once no lane is in it any more: CUDA
 * opens no other context in the same process (driver 580, tried with the primary context reset and with a context of our own).
 */
final class EngineTurns implements AutoCloseable {
    /** Of the calls that go on beside each other. */
    enum Lane {
        /** Everything mode's search among the masks of an image. */
        SEARCH(CudaEngine::settleSearch),
        /** All other calls. */
        MAIN(CudaEngine::settle);

        private final Consumer<CudaEngine> settle;

        Lane(Consumer<CudaEngine> settle) {
            this.settle = settle;
        }
    }

    private final ReentrantLock search = new ReentrantLock();
    private final ReentrantLock main = new ReentrantLock();
    private @Nullable CudaEngine engine;
    /** Lost, and closed by the last that leaves it. */
    private @Nullable CudaEngine lost;

    private int inside;
    private String noEngineBecause = "it is closed";

    EngineTurns(CudaEngine engine) {
        this.engine = engine;
    }

    /** Runs a call on the engine. */
    <T> T on(Lane lane, Function<CudaEngine, T> call) {
        ReentrantLock turn = lane == Lane.SEARCH ? search : main;
        turn.lock();
        try {
            CudaEngine now = enter();
            try {
                return applied(now, lane, call);
            } catch (DeviceLostException e) {
                lose(now, e);
                throw new BackendLostException(
                        "cuda: " + e.getMessage() + "; this process cannot use the GPU again: start sam anew", e);
            } finally {
                leave();
            }
        } finally {
            turn.unlock();
        }
    }

    /** The same for a call without a result. */
    void run(Lane lane, Consumer<CudaEngine> call) {
        on(lane, now -> {
            call.accept(now);
            return now;
        });
    }

    private static <T> T applied(CudaEngine engine, Lane lane, Function<CudaEngine, T> call) {
        try {
            return call.apply(engine);
        } catch (DeviceLostException e) {
            throw e;
        } catch (RuntimeException e) {
            lane.settle.accept(engine);
            throw e;
        }
    }

    private synchronized CudaEngine enter() {
        CudaEngine now = engine;
        if (now == null) {
            throw new BackendException("cuda: the backend cannot be used, " + noEngineBecause);
        }
        inside++;
        return now;
    }

    private synchronized void lose(CudaEngine now, DeviceLostException cause) {
        if (engine != null) {
            engine = null;
            lost = now;
            noEngineBecause = "the GPU was lost: " + cause.getMessage();
        }
    }

    private synchronized void leave() {
        inside--;
        CudaEngine gone = lost;
        if (gone != null && inside == 0) {
            lost = null;
            gone.close();
        }
    }

    /** Runs that unless the engine is another, or gone: nothing is left to do for one that is. */
    synchronized void onlyOn(CudaEngine owner, Runnable action) {
        if (engine == owner) {
            action.run();
        }
    }

    /** After the calls that are under way. */
    @Override
    public void close() {
        main.lock();
        search.lock();
        try {
            closeEngine();
        } finally {
            search.unlock();
            main.unlock();
        }
    }

    private synchronized void closeEngine() {
        CudaEngine now = engine;
        engine = null;
        if (now != null) {
            now.close();
        }
    }
}
