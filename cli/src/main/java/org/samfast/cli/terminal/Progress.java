package org.samfast.cli.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * Follows a run over many images: on a terminal one line that is written over, {@code image 12/500  3.40/s  0:23 left},
 * elsewhere a line a minute.
 */
public final class Progress {
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final PrintWriter stderr;
    private final StatusLine line;
    private final boolean lines;
    private final int images;
    private final int before;
    private final long start = System.nanoTime();
    private long printed = start;

    private Progress(PrintWriter stderr, StatusLine line, boolean lines, int images, int before) {
        this.stderr = stderr;
        this.line = line;
        this.lines = lines;
        this.images = images;
        this.before = before;
    }

    /** Progress that shows nothing. */
    public static Progress none(PrintWriter stderr) {
        return of(stderr, 0, 0, false);
    }

    /** @param before images that need no time any more */
    public static Progress of(PrintWriter stderr, int images, int before, boolean wanted) {
        return new Progress(stderr, StatusLine.on(stderr, wanted), wanted && !StatusLine.isTerminal(), images, before);
    }

    /** So many images are through. */
    public void show(int through) {
        long now = System.nanoTime();
        double seconds = (now - start) / 1e9;
        line.show(text(through, images, through - before, seconds));
        if (lines && now - printed >= BETWEEN_LINES.toNanos()) {
            printed = now;
            stderr.println(text(through, images, through - before, seconds));
        }
    }

    /** Makes room for other text. */
    public void clear() {
        line.clear();
    }

    static String text(int through, int images, int timed, double seconds) {
        double rate = timed / Math.max(seconds, 1e-3);
        return String.format(
                Locale.ROOT, "image %d/%d  %.2f/s%s", through, images, rate, TimeLeft.text(images - through, rate));
    }
}
