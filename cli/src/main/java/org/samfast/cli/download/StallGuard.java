package org.samfast.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Closes a stream on which nothing arrives any more; java.net.http has no time limit between two reads. */
final class StallGuard implements AutoCloseable {
    private final AtomicLong lastByte = new AtomicLong(System.nanoTime());
    private final Thread watch;

    StallGuard(InputStream body, Duration silence) {
        watch = Thread.ofVirtual().start(() -> watch(body, silence));
    }

    /** Says that bytes arrived. */
    void alive() {
        lastByte.set(System.nanoTime());
    }

    @Override
    public void close() {
        watch.interrupt();
    }

    private void watch(InputStream body, Duration silence) {
        try {
            Duration left = silence;
            while (left.isPositive()) {
                Thread.sleep(left);
                left = silence.minusNanos(System.nanoTime() - lastByte.get());
            }
            body.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
