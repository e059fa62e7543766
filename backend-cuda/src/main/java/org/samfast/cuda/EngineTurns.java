package org.samfast.cuda;

import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendLostException;
import org.samfast.cuda.device.DeviceLostException;

/**
 * The calls of several threads on one engine. Searches of everything mode take turns, as many at a time as the engine has lanes, and
 * so do all other calls, one at a time; all lanes go on beside each other, each with its own stream, copies and decoder. An error
 * that ends the GPU's context ends the engine, once no lane is in it any more: CUDA opens no other context in the same process
 * (driver 580, tried with the primary context reset and with a context of our own).
 */
final class EngineTurns implements AutoCloseable {
    /** Of the calls that go on beside each other. */
    enum Lane {
        /** Everything mode's search among the masks of an image; where it fails it leaves nothing in flight. */
        SEARCH,
        /** All other calls. */
        MAIN
    }

    private final Semaphore searches;
    private final ReentrantLock main = new ReentrantLock();
    private @Nullable CudaEngine engine;
    /** Lost, and closed by the last that leaves it. */
    private @Nullable CudaEngine lost;

    private @Nullable DeviceLostException lostBecause;
    private int inside;
    private String noEngineBecause = "it is closed";

    EngineTurns(CudaEngine engine) {
        this.engine = engine;
        searches = new Semaphore(engine.searches().count(), true);
    }

    /** Runs a call on the engine when it is its turn. */
    <T> T on(Lane lane, Function<CudaEngine, T> call) {
        return inside(now -> inTurn(lane, now, call));
    }

    /** Runs a call while the engine stays; for what needs the GPU it takes a turn. */
    <T> T inside(Function<CudaEngine, T> call) {
        CudaEngine now = enter();
        try {
            return call.apply(now);
        } catch (DeviceLostException e) {
            throw lostWith(e, lose(now, e));
        } finally {
            leave();
        }
    }

    /** A turn of a call that is {@link #inside}. */
    <T> T inTurn(Lane lane, CudaEngine now, Function<CudaEngine, T> call) {
        Runnable end = begin(lane);
        try {
            checkThere(now);
            return applied(now, lane, call);
        } catch (DeviceLostException e) {
            throw lostWith(e, lose(now, e)); // before the next has its turn
        } finally {
            end.run();
        }
    }

    /** Waits for a turn; what ends it. */
    private Runnable begin(Lane lane) {
        if (lane == Lane.SEARCH) {
            searches.acquireUninterruptibly();
            return searches::release;
        }
        main.lock();
        return main::unlock;
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
            if (lane == Lane.MAIN) {
                engine.settle();
            }
            throw e;
        }
    }

    private synchronized CudaEngine enter() {
        CudaEngine now = engine;
        if (now == null) {
            throw gone();
        }
        inside++;
        return now;
    }

    private synchronized void checkThere(CudaEngine now) {
        if (now == lost) {
            throw gone();
        }
    }

    private BackendException gone() {
        String sentence = "cuda: the backend cannot be used, " + noEngineBecause;
        return lostBecause == null
                ? new BackendException(sentence)
                : new BackendLostException(sentence, lostBecause, BackendLostException.Call.ANOTHER);
    }

    private static BackendLostException lostWith(DeviceLostException cause, BackendLostException.Call call) {
        return new BackendLostException(
                "cuda: " + cause.getMessage() + "; this process cannot use the GPU again: start sam anew", cause, call);
    }

    /** Which call lost it: only the first that hears of it can have. */
    private synchronized BackendLostException.Call lose(CudaEngine now, DeviceLostException cause) {
        if (lostBecause != null) {
            return BackendLostException.Call.ANOTHER;
        }
        engine = null;
        lost = now;
        lostBecause = cause;
        noEngineBecause = "the GPU was lost: " + cause.getMessage();
        return BackendLostException.Call.THIS;
    }

    private synchronized void leave() {
        inside--;
        CudaEngine gone = lost;
        if (gone != null && inside == 0) {
            lost = null;
            gone.close();
        }
        notifyAll();
    }

    /** Runs that unless the engine is another, or gone: nothing is left to do for one that is. */
    synchronized void onlyOn(CudaEngine owner, Runnable action) {
        if (engine == owner) {
            action.run();
        }
    }

    /** After the calls that are under way. */
    @Override
    public synchronized void close() {
        CudaEngine now = engine;
        engine = null;
        awaitNobodyInside();
        if (now != null && lostBecause == null) {
            now.close();
        }
    }

    private synchronized void awaitNobodyInside() {
        boolean interrupted = false;
        while (inside > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
