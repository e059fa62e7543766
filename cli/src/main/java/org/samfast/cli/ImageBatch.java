package org.samfast.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.samfast.cli.terminal.StatusLine;
import picocli.CommandLine;

/**
 * Works through images, several at a time where that is asked for; results come in the order of the images. A bad one is reported
 * and the next one follows.
 */
final class ImageBatch {
    private final PrintWriter stdout;
    private final PrintWriter stderr;
    private final boolean verbose;
    private final boolean quiet;
    private final List<String> failed = new ArrayList<>();

    ImageBatch(CommandLine command, boolean verbose, boolean quiet) {
        stdout = command.getOut();
        stderr = command.getErr();
        this.verbose = verbose;
        this.quiet = quiet;
    }

    /** What is done with one image. */
    interface Work<T> {
        /** Its name for people. */
        String name(T image);

        /**
         * Does it.
         *
         * @return the lines for stdout
         * @throws IOException where the image is bad or its results cannot be written
         */
        List<String> process(T image) throws IOException;

        /** The lines for stdout where it failed, none if not said otherwise; stderr is told anyway. */
        default List<String> failed(T image, String error) throws IOException {
            return List.of();
        }
    }

    /**
     * Does the work on every image; the exit code of the command.
     *
     * @param inFlight how many images are worked on at a time
     */
    <T> int run(List<T> images, Work<T> work, int inFlight) throws IOException {
        StatusLine progress = StatusLine.on(stderr, images.size() > 1 && !quiet);
        Deque<Future<List<String>>> begun = new ArrayDeque<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(inFlight, ImageBatch::thread)) {
            try {
                for (int i = 0; i < images.size(); i++) {
                    for (int next = i + begun.size(); next < Math.min(images.size(), i + inFlight); next++) {
                        T image = images.get(next);
                        begun.add(threads.submit(() -> work.process(image)));
                    }
                    progress.show("image " + (i + 1) + "/" + images.size());
                    List<String> lines = resultOrReport(begun.remove(), images.get(i), work, progress);
                    progress.clear();
                    lines.forEach(stdout::println);
                    stdout.flush();
                }
            } finally {
                begun.forEach(image -> image.cancel(true));
            }
        }
        return conclude(images.size());
    }

    private static Thread thread(Runnable images) {
        Thread thread = new Thread(images, "sam-image");
        thread.setDaemon(true);
        return thread;
    }

    private <T> List<String> resultOrReport(Future<List<String>> result, T image, Work<T> work, StatusLine progress)
            throws IOException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            progress.clear();
            if (e.getCause() instanceof IOException bad) {
                report(bad);
                failed.add(work.name(image));
                return work.failed(image, ErrorLine.of(bad));
            }
            throw unchecked(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before " + work.name(image) + " was done");
        }
    }

    /** What work throws beside an IOException is no fault of the image, and ends the run. */
    private static RuntimeException unchecked(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }

    private void report(IOException error) {
        stderr.println("sam: " + ErrorLine.of(error));
        if (verbose) {
            error.printStackTrace(stderr);
        }
    }

    private int conclude(int images) {
        if (failed.isEmpty()) {
            return ExitCode.DONE;
        }
        if (images > 1) {
            stderr.println("sam: " + failed.size() + " of " + images + " images failed: " + String.join(", ", failed));
        }
        return failed.size() == images ? ExitCode.BAD_INPUT : ExitCode.SOME_FAILED;
    }
}
