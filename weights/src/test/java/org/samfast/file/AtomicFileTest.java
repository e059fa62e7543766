package org.samfast.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void theTargetIsReplacedOnlyByAWholeFile() throws Exception {
        Path target = Files.writeString(folder.resolve("a.txt"), "old");
        assertThatIOException()
                .isThrownBy(() -> AtomicFile.replace(target, file -> {
                    Files.writeString(file, "half");
                    throw new IOException("No space left on device");
                }))
                .withMessage("No space left on device");
        assertThat(target).hasContent("old");
        AtomicFile.replace(target, file -> Files.writeString(file, "new"));
        assertThat(target).hasContent("new");
        assertThat(files()).containsExactly("a.txt");
    }

    @Test
    void aFolderIsReplacedOnlyByAWholeFolder() throws Exception {
        Path target = Files.createDirectory(folder.resolve("a"));
        Files.writeString(target.resolve("old.txt"), "old");
        assertThatIOException()
                .isThrownBy(() -> AtomicFile.replaceFolder(target, made -> {
                    Files.writeString(
                            Files.createDirectory(made.resolve("inner")).resolve("half.txt"), "half");
                    throw new IOException("No space left on device");
                }))
                .withMessage("No space left on device");
        assertThat(target.resolve("old.txt")).hasContent("old");
        AtomicFile.replaceFolder(target, made -> Files.writeString(made.resolve("new.txt"), "new"));
        assertThat(target).isDirectoryContaining("glob:**/new.txt").isDirectoryNotContaining("glob:**/old.txt");
        assertThat(files()).containsExactly("a");
    }

    @Test
    void whatIsUnfinishedWhenTheProgramIsInterruptedIsDeleted() throws Exception {
        Path target = folder.resolve("a.txt");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        classes(AtomicFile.class) + File.pathSeparator + classes(Interrupted.class),
                        Interrupted.class.getName(),
                        target.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(program.getInputStream().read()).isEqualTo('.');
        assertThat(files()).singleElement().asString().startsWith(".a.txt.").endsWith(".tmp");
        program.destroy();
        assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(files()).isEmpty();
    }

    private static Path classes(Class<?> one) throws Exception {
        return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** A program that stops in the middle of a file, says so with a dot, and waits for its end. */
    static final class Interrupted {
        public static void main(String[] arguments) throws IOException {
            AtomicFile.replace(Path.of(arguments[0]), file -> {
                Files.writeString(file, "half");
                System.out.write('.');
                System.out.flush();
                LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(1));
            });
        }
    }
}
