package org.samfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The packaged {@code bin/sam} as a process, the way a user starts it: {@code SamProcess.in(folder).run("--version")}.
 * For integration tests (named {@code *IT}), which run after the distribution was built. Its cache is the folder
 * {@code cache} inside the working folder, so that no test touches the user's own.
 */
public final class SamProcess {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("sam.distribution"));
    private static final long LIMIT_SECONDS = 300;

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    /** What a finished process left: exit code, text on stdout and on stderr. */
    public record Ended(int exitCode, String stdout, String stderr) {
        /** The lines on stderr. */
        public List<String> errorLines() {
            return stderr.lines().toList();
        }
    }

    private SamProcess(Path folder) {
        this.folder = folder;
        environment.put("SAM_CACHE_DIR", folder.resolve("cache").toString());
    }

    /** The launcher of the packaged distribution. */
    public static Path executable() {
        return DISTRIBUTION.resolve("bin/sam");
    }

    /** Whether a process started here inherits an ignored SIGINT (bit 1 of SigIgn, proc(5)), as in the background of a script. */
    public static boolean ignoresCtrlC() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 2) != 0);
    }

    /** A process that will run in that folder. */
    public static SamProcess in(Path folder) {
        return new SamProcess(folder);
    }

    /** Sets a variable of its environment. */
    public SamProcess with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Takes its built-in model from that folder. */
    public SamProcess withModels(Path models) {
        return with("SAM_JAVA_OPTS", "-Dsam.models=" + models);
    }

    /** Runs it to its end. */
    public Ended run(String... arguments) throws IOException, InterruptedException {
        return end(command(arguments));
    }

    /** Runs a line of a shell in its folder. */
    public Ended shell(String line) throws IOException, InterruptedException {
        return end(List.of("sh", "-c", line));
    }

    private Ended end(List<String> command) throws IOException, InterruptedException {
        Path stdout = Files.createTempFile("sam", ".out");
        Path stderr = Files.createTempFile("sam", ".err");
        try {
            Process process = start(stdout, stderr, command);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("sam still runs after " + LIMIT_SECONDS + " s: " + String.join(" ", command)
                        + "\n" + Files.readString(stderr));
            }
            return new Ended(process.exitValue(), Files.readString(stdout), Files.readString(stderr));
        } finally {
            Files.delete(stdout);
            Files.delete(stderr);
        }
    }

    /** Starts it with its streams going to those files, for tests that stop it on the way. */
    public Process start(Path stdout, Path stderr, String... arguments) throws IOException {
        return start(stdout, stderr, command(arguments));
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(executable().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Process start(Path stdout, Path stderr, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }
}
