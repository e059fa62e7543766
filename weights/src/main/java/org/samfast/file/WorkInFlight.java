package org.samfast.file;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Work that may come to a good end when the program is told to stop by Ctrl-C or SIGTERM: the program waits for it before it
 * deletes unfinished files and ends. Close it when the work is over.
 */
public final class WorkInFlight implements AutoCloseable {
    private static final Set<WorkInFlight> ALL = ConcurrentHashMap.newKeySet();

    private final Runnable stop;
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * Says that the work has begun.
     *
     * @param stop called on another thread when the program is told to stop; asks the work to end soon
     */
    public WorkInFlight(Runnable stop) {
        this.stop = stop;
        AtomicFile.watchTheEnd();
        ALL.add(this);
    }

    @Override
    public void close() {
        ALL.remove(this);
        over.countDown();
    }

    /** Asks all work to end and waits for it. */
    static void endAll() {
        for (WorkInFlight work : ALL) {
            work.stop.run();
            try {
                work.over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
