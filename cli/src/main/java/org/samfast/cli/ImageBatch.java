package org.samfast.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.samfast.cli.terminal.StatusLine;
import picocli.CommandLine;

/** Works through images one after the other; a bad one is reported and the next one follows. */
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

    /** Does the work on every image; the exit code of the command. */
    <T> int run(List<T> images, Work<T> work) throws IOException {
        StatusLine progress = StatusLine.on(stderr, images.size() > 1 && !quiet);
        for (int i = 0; i < images.size(); i++) {
            progress.show("image " + (i + 1) + "/" + images.size());
            List<String> lines = processOrReport(images.get(i), work, progress);
            progress.clear();
            lines.forEach(stdout::println);
            stdout.flush();
        }
        return conclude(images.size());
    }

    private <T> List<String> processOrReport(T image, Work<T> work, StatusLine progress) throws IOException {
        try {
            return work.process(image);
        } catch (IOException e) {
            progress.clear();
            report(e);
            failed.add(work.name(image));
            return work.failed(image, ErrorLine.of(e));
        }
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
