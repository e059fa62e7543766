package org.samfast.cli.terminal;

/** What {@code sam} exits with; documented in every help text, man page and the README. */
public final class ExitCode {
    /** Everything asked for was done. */
    public static final int DONE = 0;
    /** Some of several inputs failed; each is named on stderr. */
    public static final int SOME_FAILED = 1;
    /** Wrong flags or arguments. */
    public static final int USAGE = 2;
    /** Every input was bad, or nothing could be written. */
    public static final int BAD_INPUT = 3;
    /** The backend asked for cannot run here. */
    public static final int BACKEND_NOT_USABLE = 4;
    /** A bug in sam itself (EX_SOFTWARE of sysexits). */
    public static final int INTERNAL_ERROR = 70;
    /** Stopped by Ctrl-C; the JVM itself exits so. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
