package org.samfast.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.samfast.backend.BackendLostException;
import org.samfast.cuda.device.Device;
import org.samfast.cuda.device.DeviceLostException;
import org.samfast.cuda.device.Stream;
import org.samfast.cuda.device.Transfers;

/** Copies for calls that overlap: one is on the GPU, another brings its images, a third takes its results. For any thread. */
final class TransferPool implements AutoCloseable {
    private static final int CALLS = 3;

    private final Device device;
    private final Stream stream;
    private final Semaphore places = new Semaphore(CALLS, true);
    private final List<Transfers> all = new ArrayList<>();
    private final Deque<Transfers> free = new ArrayDeque<>();

    TransferPool(Device device, Stream stream) {
        this.device = device;
        this.stream = stream;
    }

    /** Runs a call with copies of its own. */
    <T> T with(Function<Transfers, T> call) {
        places.acquireUninterruptibly();
        try {
            Transfers own = take();
            try {
                return call.apply(own);
            } catch (DeviceLostException | BackendLostException e) {
                throw e; // nothing can be waited for
            } catch (RuntimeException | Error e) {
                own.finish(); // what is in flight may still use them
                throw e;
            } finally {
                giveBack(own);
            }
        } finally {
            places.release();
        }
    }

    private synchronized Transfers take() {
        Transfers own = free.poll();
        if (own == null) {
            own = new Transfers(device, stream);
            all.add(own);
        }
        return own;
    }

    private synchronized void giveBack(Transfers own) {
        own.reset();
        free.push(own);
    }

    @Override
    public synchronized void close() {
        all.forEach(Transfers::close);
        all.clear();
        free.clear();
    }
}
