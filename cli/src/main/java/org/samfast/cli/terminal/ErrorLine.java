package org.samfast.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.stream.Stream;
import org.samfast.backend.BackendException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** How every error of the command line looks: one line {@code sam: ...} on stderr. */
public final class ErrorLine {
    private ErrorLine() {}

    /** The sentence a user gets for that error, without the leading {@code sam: }. */
    public static String of(Throwable error) {
        return switch (error) {
            case NoSuchFileException e -> e.getFile() + ": no such file or folder; check the path";
            case AccessDeniedException e -> e.getFile() + ": permission denied; change its permissions";
            case FileAlreadyExistsException e -> e.getFile() + ": exists already; remove it or choose another name";
            case FileSystemException e -> Objects.requireNonNullElse(e.getFile(), "file") + ": " + reason(e);
            case InvalidPathException e ->
                "'" + e.getInput() + "': no name for a file in the encoding of this locale ("
                        + System.getProperty("sun.jnu.encoding") + "); set LC_ALL=C.UTF-8";
            case UncheckedIOException e -> of(Objects.requireNonNull(e.getCause()));
            case BackendException e -> message(e);
            case IOException e -> message(e);
            case OutOfMemoryError _ ->
                "out of memory: the heap is limited to "
                        + Runtime.getRuntime().maxMemory() / (1 << 20)
                        + " MB; raise it: SAM_JAVA_OPTS=-Xmx8g sam ...";
            default -> "internal error, please report it: " + error + " (--verbose shows where)";
        };
    }

    /** The exit code of a command that ended with that error. */
    public static int exitCode(Throwable error) {
        return switch (error) {
            case BackendException _ -> ExitCode.BACKEND_NOT_USABLE;
            case IOException _, UncheckedIOException _, InvalidPathException _, OutOfMemoryError _ ->
                ExitCode.BAD_INPUT;
            default -> ExitCode.INTERNAL_ERROR;
        };
    }

    /** Says so on stderr, with the stack where that is asked for; the exit code. */
    public static int execution(Throwable error, PrintWriter stderr, boolean verbose) {
        stderr.println("sam: " + of(error));
        if (verbose) {
            error.printStackTrace(stderr);
        }
        return exitCode(error);
    }

    /** Says what is wrong with the command line and where its help is; the exit code. */
    public static int usage(ParameterException error, String... arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter stderr = command.getErr();
        stderr.println("sam: " + sentence(error));
        UnmatchedArgumentException.printSuggestions(error, stderr);
        Stream.of(arguments)
                .filter(word -> word.startsWith("-") && new File(word).exists())
                .forEach(file -> stderr.println("'" + file + "' is taken for an option; the file: ./" + file));
        stderr.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static String sentence(ParameterException error) {
        boolean noCommand = error instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && error.getCommandLine().getParent() == null;
        return noCommand
                ? "no command is called '"
                        + ((UnmatchedArgumentException) error).getUnmatched().getFirst() + "'"
                : String.valueOf(error.getMessage());
    }

    private static String reason(FileSystemException error) {
        return Objects.requireNonNullElse(error.getReason(), "cannot be used");
    }

    private static String message(Throwable error) {
        return Objects.requireNonNullElse(error.getMessage(), error.getClass().getSimpleName());
    }
}
