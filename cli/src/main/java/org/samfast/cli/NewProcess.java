package org.samfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.samfast.cli.input.StdinList;
import picocli.CommandLine;

/**
 * The same command once more with {@code --resume}, in a process of its own: a process whose GPU is lost gets no other
 * context from CUDA. What has failed is not tried again.
 */
final class NewProcess {
    private static final String FAILED = "sam.failed";
    private static final String RESUME = "--resume";

    private final CommandLine command;
    private final StdinList list;

    /** @param list what the command has read of stdin, for the new process to read it again */
    NewProcess(CommandLine command, StdinList list) {
        this.command = command;
        this.list = list;
    }

    /** Names of the images that failed in the processes before this. */
    static Set<String> failedBefore() throws IOException {
        String file = System.getProperty(FAILED);
        return file == null ? Set.of() : new LinkedHashSet<>(List.of(LongCommandLine.read(Path.of(file))));
    }

    /** Whether this process goes on with what another has left. */
    static boolean isOne() {
        return System.getProperty(FAILED) != null;
    }

    /** Does the rest; the exit code. */
    int run(Collection<String> failed) throws IOException {
        command.getOut().flush();
        command.getErr().flush();
        Path words = LongCommandLine.write(words());
        Path failedNames = LongCommandLine.write(List.copyOf(failed));
        Path stdin = Files.createTempFile("sam", ".stdin");
        try {
            Files.write(stdin, list.bytes());
            return await(start(words, failedNames, stdin));
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } finally {
            Files.deleteIfExists(words);
            Files.deleteIfExists(failedNames);
            Files.deleteIfExists(stdin);
        }
    }

    private List<String> words() {
        CommandLine root = command.getCommandSpec().root().commandLine();
        List<String> words = new ArrayList<>(root.getParseResult().originalArgs());
        if (!words.contains(RESUME)) {
            words.add(words.indexOf(command.getCommandName()) + 1, RESUME);
        }
        return words;
    }

    private Process start(Path words, Path failed, Path stdin) throws IOException {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-D" + LongCommandLine.FILE) && !option.startsWith("-D" + FAILED))
                .forEach(java::add);
        java.add("-D" + LongCommandLine.FILE + "=" + words);
        java.add("-D" + FAILED + "=" + failed);
        java.add("-Dstdout.encoding=UTF-8");
        java.add("-Dstderr.encoding=UTF-8");
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"))) {
            java.addAll(List.of("-jar", classPath));
        } else {
            java.addAll(List.of("-cp", classPath, Main.class.getName()));
        }
        return new ProcessBuilder(java)
                .redirectInput(
                        list.isGiven() ? ProcessBuilder.Redirect.from(stdin.toFile()) : ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Ends with this process, whatever ends that. */
    private int await(Process process) throws IOException, InterruptedException {
        Thread end = new Thread(() -> {
            process.destroy();
            process.onExit().join();
        });
        Runtime.getRuntime().addShutdownHook(end);
        try (ExecutorService copies = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> errors = copies.submit(() -> copy(process.getErrorStream(), command.getErr()));
            copy(process.getInputStream(), command.getOut());
            errors.get();
        } catch (ExecutionException e) {
            throw new IOException("cannot read what the new process says", e);
        } finally {
            forget(end);
        }
        return process.waitFor();
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // this process is being ended, and the hook is at work
        }
    }

    private static boolean copy(InputStream from, PrintWriter to) throws IOException {
        Reader text = new InputStreamReader(from, StandardCharsets.UTF_8);
        char[] some = new char[8192];
        for (int count = text.read(some); count >= 0; count = text.read(some)) {
            to.write(some, 0, count);
            to.flush();
        }
        return true;
    }
}
