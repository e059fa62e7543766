package org.samfast.cli.terminal;

import java.io.PrintWriter;

/** One line on stderr that is written over again and again; nothing where stderr is not a terminal. */
public final class StatusLine {
    // Java cannot tell whether stderr is a terminal; the launcher asks the shell
    private static final String TERMINAL = "sam.stderr.terminal";
    private static final String TO_START_AND_CLEAR = "\r\u001b[K";

    private final PrintWriter stderr;
    private final boolean shown;

    StatusLine(PrintWriter stderr, boolean shown) {
        this.stderr = stderr;
        this.shown = shown;
    }

    /** A line that is shown where it is wanted and stderr is a terminal. */
    public static StatusLine on(PrintWriter stderr, boolean wanted) {
        return new StatusLine(stderr, wanted && isTerminal());
    }

    static boolean isTerminal() {
        return Boolean.getBoolean(TERMINAL);
    }

    /** Replaces what it showed before. */
    public void show(String text) {
        if (shown) {
            stderr.print(TO_START_AND_CLEAR + text);
            stderr.flush();
        }
    }

    /** Removes it, for other text or at the end. */
    public void clear() {
        show("");
    }
}
