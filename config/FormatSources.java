import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks or writes the format of every Java source: {@code FormatSources check|write ROOT}. Run by the build on JDK 25,
 * whatever JDK runs Maven, because a formatter parses with the javac of its own JVM.
 */
final class FormatSources {
    public static void main(String[] args) throws Exception {
        boolean write = args[0].equals("write");
        Path root = Path.of(args[1]);
        List<Path> wrong = new ArrayList<>();
        for (Path source : sources(root)) {
            String was = Files.readString(source);
            String is = format(source, was);
            if (is.equals(was)) {
                continue;
            }
            wrong.add(root.relativize(source));
            if (write) {
                Files.writeString(source, is);
            }
        }
        wrong.forEach(source -> System.err.println((write ? "formatted " : "not formatted: ") + source));
        if (!write && !wrong.isEmpty()) {
            System.err.println("run: mvn -Pformat validate");
            System.exit(1);
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().toList()) {
                if (Files.isDirectory(module.resolve("src"))) {
                    try (Stream<Path> files = Files.walk(module.resolve("src"))) {
                        files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    private static String format(Path source, String text) throws Exception {
        JavaFormatterOptions options = JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(false)
                .build();
        try {
            String imports = RemoveUnusedImports.removeUnusedImports(text);
            imports = ImportOrderer.reorderImports(imports, JavaFormatterOptions.Style.PALANTIR);
            return Formatter.createFormatter(options).formatSource(imports);
        } catch (Exception e) {
            throw new IllegalStateException(source + ": " + e.getMessage(), e);
        }
    }
}
