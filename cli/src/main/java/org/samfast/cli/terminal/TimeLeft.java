package org.samfast.cli.terminal;

import java.util.Locale;

/** How long the rest will take, for a line of progress. */
public final class TimeLeft {
    private TimeLeft() {}

    /** {@code "  0:23 left"} or {@code "  1:02:03 left"}; empty where it would be more than four days. */
    public static String text(long rest, double perSecond) {
        if (!(rest / perSecond < 100 * 3600)) {
            return "";
        }
        long seconds = Math.round(rest / perSecond);
        return seconds < 3600
                ? String.format(Locale.ROOT, "  %d:%02d left", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "  %d:%02d:%02d left", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
