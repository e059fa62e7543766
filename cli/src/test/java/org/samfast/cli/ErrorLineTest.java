package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.backend.BackendException;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.cli.terminal.ErrorLine;
import org.samfast.image.ImageException;
import picocli.CommandLine;

class ErrorLineTest {
    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of(new NoSuchFileException("a.jpg"), "a.jpg: no such file or folder; check the path", 3),
                Arguments.of(new AccessDeniedException("out"), "out: permission denied; change its permissions", 3),
                Arguments.of(
                        new InvalidPathException("gr??e.jpg", "unmappable"),
                        "'gr??e.jpg': no name for a file in the encoding of this locale ("
                                + System.getProperty("sun.jnu.encoding") + "); set LC_ALL=C.UTF-8",
                        3),
                Arguments.of(new FileSystemException("out/a.png", null, "disk full"), "out/a.png: disk full", 3),
                Arguments.of(new CheckpointException("a.pth: not a checkpoint"), "a.pth: not a checkpoint", 3),
                Arguments.of(new ImageException("a.jpg: not an image"), "a.jpg: not an image", 3),
                Arguments.of(new UncheckedIOException(new IOException("a.jpg: gone")), "a.jpg: gone", 3),
                Arguments.of(new BackendException("backend 'cuda' is not usable"), "backend 'cuda' is not usable", 4),
                Arguments.of(
                        new OutOfMemoryError("Java heap space"),
                        "out of memory: the heap is limited to "
                                + Runtime.getRuntime().maxMemory() / (1 << 20)
                                + " MB; raise it: SAM_JAVA_OPTS=-Xmx8g sam ...",
                        3),
                Arguments.of(
                        new StackOverflowError(),
                        "internal error, please report it: java.lang.StackOverflowError (--verbose shows where)",
                        70),
                Arguments.of(
                        new IllegalStateException("odd"),
                        "internal error, please report it: java.lang.IllegalStateException: odd"
                                + " (--verbose shows where)",
                        70));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void isOneSentenceAndAnExitCode(Throwable error, String sentence, int exitCode) {
        StringWriter stderr = new StringWriter();
        assertThat(ErrorLine.execution(error, new PrintWriter(stderr, true), false))
                .isEqualTo(exitCode);
        assertThat(stderr.toString()).isEqualTo("sam: " + sentence + System.lineSeparator());
    }

    @Test
    void showsTheStackWithVerbose() {
        StringWriter stderr = new StringWriter();
        ErrorLine.execution(new IOException("gone"), new PrintWriter(stderr, true), true);
        assertThat(stderr.toString()).startsWith("sam: gone").contains("at org.samfast.cli.ErrorLineTest");
    }

    @Test
    void anErrorThatPicocliLetsThroughIsASentenceToo() {
        assertThat(runBroken("broken"))
                .isEqualTo("70 sam: internal error, please report it: java.lang.NoClassDefFoundError: some/Class"
                        + " (--verbose shows where)\n");
        assertThat(runBroken("broken", "--verbose")).contains("at org.samfast.cli.ErrorLineTest");
    }

    private static String runBroken(String... arguments) {
        StringWriter stderr = new StringWriter();
        CommandLine sam = Main.commandLine().addSubcommand(new Broken()).setErr(new PrintWriter(stderr, true));
        return Main.run(sam, arguments) + " " + stderr;
    }

    /** A command whose classes are not all there. */
    @CommandLine.Command(name = "broken")
    static final class Broken implements Runnable {
        @Override
        public void run() {
            throw new NoClassDefFoundError("some/Class");
        }
    }
}
