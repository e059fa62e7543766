package org.samfast.cli.download;

import java.time.Duration;
import org.samfast.cli.terminal.StatusLine;
import org.samfast.cli.terminal.TimeLeft;

/** Follows a download on a terminal: {@code vit_b  120 of 375 MB  32%  11.2 MB/s  0:23 left}. */
final class DownloadProgress {
    private static final Duration BETWEEN = Duration.ofMillis(200);

    private final StatusLine line;
    private String name = "";
    private long startBytes;
    private long startTime;
    private long shownTime;

    DownloadProgress(StatusLine line) {
        this.line = line;
    }

    /** A new attempt; the rate counts from those bytes on. */
    void start(String newName, long bytes) {
        name = newName;
        startBytes = bytes;
        startTime = System.nanoTime();
        shownTime = startTime;
    }

    void update(long bytes, long total) {
        long now = System.nanoTime();
        if (now - shownTime >= BETWEEN.toNanos()) {
            shownTime = now;
            line.show(text(name, bytes, total, bytes - startBytes, (now - startTime) / 1e9));
        }
    }

    void end() {
        line.clear();
    }

    static String text(String name, long bytes, long total, long received, double seconds) {
        double rate = received / Math.max(seconds, 1e-3);
        return String.format(
                "%s  %d of %d MB  %d%%  %.1f MB/s%s",
                name,
                bytes / 1_000_000,
                total / 1_000_000,
                100 * bytes / Math.max(total, 1),
                rate / 1e6,
                TimeLeft.text(total - bytes, rate));
    }
}
