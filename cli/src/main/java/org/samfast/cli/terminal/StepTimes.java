package org.samfast.cli.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long each step of a command took, from the start of the process on; for {@code --verbose}. */
public final class StepTimes {
    private final PrintWriter stderr;
    private final boolean shown;
    private final List<String> steps = new ArrayList<>();
    private Instant last;

    /** Starts with the start of the process, as far back as the system tells. */
    public StepTimes(PrintWriter stderr, boolean shown) {
        this(stderr, shown, ProcessHandle.current().info().startInstant().orElseGet(Instant::now));
    }

    private StepTimes(PrintWriter stderr, boolean shown, Instant start) {
        this.stderr = stderr;
        this.shown = shown;
        this.last = start;
    }

    /** Starts now, for an image that is not the first. */
    public static StepTimes fromNow(PrintWriter stderr, boolean shown) {
        return new StepTimes(stderr, shown, Instant.now());
    }

    /** Ends a step. */
    public void done(String step) {
        Instant now = Instant.now();
        double seconds = Duration.between(last, now).toNanos() / 1e9;
        steps.add(String.format(Locale.ROOT, "%s %.3f s", step, seconds));
        last = now;
    }

    /** Prints and forgets the steps so far: {@code time: start 0.212 s, read 0.031 s}. */
    public void print() {
        if (shown) {
            stderr.println("time: " + String.join(", ", steps));
        }
        steps.clear();
    }
}
