package org.samfast.cli.pipeline;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.backend.BackendException;
import org.samfast.cli.terminal.ErrorLine;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.cli.terminal.Progress;
import picocli.CommandLine;

/** What a run over many inputs tells: lines on stdout, errors and progress on stderr, and at the end an exit code. */
public final class RunReport {
    private final PrintWriter stdout;
    private final PrintWriter stderr;
    private final boolean verbose;
    private final boolean quiet;
    private final List<String> failed = new ArrayList<>();
    private Progress progress;
    private int inputs;
    private int done;
    private boolean failedByBackendOnly = true;
    private boolean goesOnAnew;
    private boolean goesOnAtOnce;
    private boolean leavesRest;
    private int doneHere;

    public RunReport(CommandLine command, boolean verbose, boolean quiet) {
        stdout = command.getOut();
        stderr = command.getErr();
        this.verbose = verbose;
        this.quiet = quiet;
        progress = Progress.none(stderr);
    }

    /** Inputs that need no work: counted as done. */
    public void doneBefore(int count) {
        inputs += count;
        done += count;
    }

    /** An input that failed before the run. */
    public void failedBefore(String name, Exception error) {
        inputs++;
        failed(name, error, List.of());
    }

    /** An input that failed in a process before this, which has said why. */
    public void failedEarlier(String name) {
        inputs++;
        failed.add(name);
        failedByBackendOnly = false;
    }

    /**
     * Where the backend is lost a new process goes on.
     *
     * @param atOnce also where nothing was done before, which the second of two such processes would do in vain
     */
    public void goOnAnewWhenLost(boolean atOnce) {
        goesOnAnew = true;
        goesOnAtOnce = atOnce;
    }

    /** Whether the run has ended so that a new process is to go on. */
    public boolean leavesRest() {
        return leavesRest;
    }

    /** Whether every input is done or has failed. */
    public boolean isComplete() {
        return rest() == 0;
    }

    private int rest() {
        return inputs - done - failed.size();
    }

    /** Names of the inputs that failed. */
    public List<String> failed() {
        return List.copyOf(failed);
    }

    void start(int count) {
        inputs += count;
        progress = Progress.of(stderr, inputs, done + failed.size(), inputs > 1 && !quiet);
    }

    void done(List<String> lines) {
        done++;
        doneHere++;
        print(lines);
    }

    void failed(String name, Throwable error, List<String> lines) {
        failed.add(name);
        failedByBackendOnly &= error instanceof BackendException;
        error(error);
        print(lines);
    }

    private void print(List<String> lines) {
        progress.clear();
        lines.forEach(stdout::println);
        stdout.flush();
        progress.show(done + failed.size());
    }

    void error(Throwable error) {
        progress.clear();
        stderr.println("sam: " + ErrorLine.of(error));
        if (verbose) {
            error.printStackTrace(stderr);
        }
    }

    /** A stop was asked for, on any thread. */
    void stopping() {
        if (!quiet) {
            stderr.println("sam: stopping once the images in flight are done");
        }
    }

    /** Says what failed, and why the run stopped if it did; the exit code. */
    int conclude(Stop.@Nullable Reason stopped, String goesOn) {
        progress.clear();
        if (inputs == 0 && !quiet) {
            stderr.println("sam: no image is named, so there is nothing to do");
        }
        if (!failed.isEmpty() && inputs > 1) {
            stderr.println("sam: " + failed.size() + " of " + inputs + " images failed: " + String.join(", ", failed));
        }
        int rest = rest();
        boolean lost = stopped == Stop.Reason.BACKEND_LOST && goesOnAnew;
        leavesRest = lost && rest > 0 && (goesOnAtOnce || doneHere > 0);
        if (lost && rest == 0) {
            return exitCode(null); // as if the last batch were bad
        }
        if (leavesRest) {
            stderr.println("sam: the backend is lost; a new process goes on with what is left, " + rest + " of "
                    + inputs + " images");
        } else if (stopped != null) {
            stderr.println("sam: " + reason(stopped) + ": " + done + " of " + inputs + " images are done"
                    + (goesOn.isEmpty() || done == inputs ? "" : "; " + goesOn));
        }
        return exitCode(stopped);
    }

    private static String reason(Stop.Reason stopped) {
        return switch (stopped) {
            case INTERRUPTED -> "stopped";
            case DISK_FULL -> "stopped because the disk is full, make room or choose another --out";
            case BACKEND_LOST -> "stopped because the backend is lost";
            case FAILED -> "stopped by an error";
        };
    }

    private int exitCode(Stop.@Nullable Reason stopped) {
        return switch (stopped) {
            case INTERRUPTED -> ExitCode.INTERRUPTED;
            case BACKEND_LOST -> ExitCode.BACKEND_NOT_USABLE;
            case DISK_FULL, FAILED -> done > 0 ? ExitCode.SOME_FAILED : ExitCode.BAD_INPUT;
            case null -> failed.isEmpty() ? ExitCode.DONE : failedExitCode();
        };
    }

    private int failedExitCode() {
        if (failed.size() < inputs) {
            return ExitCode.SOME_FAILED;
        }
        return failedByBackendOnly ? ExitCode.BACKEND_NOT_USABLE : ExitCode.BAD_INPUT;
    }
}
