import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The last step of the distribution: {@code FinishDistribution NEW FINAL BUILD_STARTED PHOTO PICOCLI_SOURCES
 * TIMESTAMP TRAIN_CACHE}. Compiles picocli for this Java, writes the bash completion, trains the ahead-of-time cache that makes sam start fast, stamps the folder with the start of the build and only then
 * moves it into place, so that a build that fails leaves the distribution that was there.
 */
final class FinishDistribution {
    private final Path home;

    private FinishDistribution(Path home) {
        this.home = home;
    }

    public static void main(String[] args) throws Exception {
        Path made = Path.of(args[0]);
        FinishDistribution distribution = new FinishDistribution(made);
        distribution.compilePicocli(Path.of(args[4]), args[5]);
        distribution.writeCompletion();
        run("env", "SAM_JAVA_HOME=" + System.getProperty("java.home"), "sh", args[6], args[0], args[3]);
        Path stamp = Files.createFile(made.resolve("BUILT"));
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.parse(args[2])));
        moveIntoPlace(made, Path.of(args[1]));
    }

    /** An ahead-of-time cache takes no classes older than Java 6's, and picocli's are of Java 5: a quarter of the time to start. */
    private void compilePicocli(Path sources, String timestamp) throws Exception {
        Path classes = Files.createTempDirectory("picocli");
        List<String> compile = new ArrayList<>(
                List.of("--release", "25", "-proc:none", "-nowarn", "-Xlint:none", "-XDsuppressNotes", "-d", classes.toString()));
        compile.addAll(files(sources.resolve("picocli"), ".java"));
        tool("javac", compile.toArray(String[]::new));
        String jar = files(home.resolve("lib"), ".jar").stream()
                .filter(file -> file.contains("/picocli-"))
                .findFirst()
                .orElseThrow(() -> new IOException(home.resolve("lib") + ": no picocli in it"));
        tool("jar", "--update", "--file", jar, "--date", timestamp, "-C", classes.toString(), "picocli");
        delete(classes);
    }

    private static List<String> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toString).filter(file -> file.endsWith(ending)).sorted().toList();
        }
    }

    private static void tool(String name, String... arguments) throws IOException {
        int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments);
        if (status != 0) {
            throw new IOException(name + " " + String.join(" ", arguments) + ": exit code " + status);
        }
    }

    private void writeCompletion() throws Exception {
        Path folder = Files.createDirectories(home.resolve("share/bash-completion/completions"));
        java(
                "-Dpicocli.autocomplete.systemExitOnError=true",
                "-cp",
                home.resolve("lib/samfast-cli.jar").toString(),
                "picocli.AutoComplete",
                "--force",
                "--completionScript",
                folder.resolve("sam").toString(),
                "org.samfast.cli.EveryCommand");
    }

    /** Two renames; a sam that runs from the old folder keeps its open files. */
    private static void moveIntoPlace(Path made, Path place) throws IOException {
        Path old = place.resolveSibling(place.getFileName() + ".old");
        delete(old);
        if (Files.exists(place)) {
            Files.move(place, old);
        }
        Files.move(made, place);
        delete(old);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void java(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": exit code " + process.exitValue() + "\n" + output);
        }
    }
}
