package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every message that docs/troubleshooting.md explains is one that the sources hold. */
class TroubleshootingTest {
    private static final Path ROOT = Path.of(System.getProperty("sam.testdata")).resolveSibling("");
    private static final Pattern MESSAGE = Pattern.compile("`([^`]+)`");
    private static final Pattern JOINED_STRINGS = Pattern.compile("\"\\s*\\+\\s*\"");

    @Test
    void everyMessageIsInTheSources() throws Exception {
        String sources = sources();
        List<String> messages = messages();
        assertThat(messages).hasSizeGreaterThan(20);
        for (String message : messages) {
            for (String part : message.split("…", -1)) {
                // a full stop or a semicolon between two parts is no message
                if (part.strip().length() > 3) {
                    assertThat(sources.contains(part))
                            .as("'%s' of '%s'", part, message)
                            .isTrue();
                }
            }
        }
    }

    /** What stands in back quotes before the dash of each entry. */
    private static List<String> messages() throws IOException {
        List<String> messages = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/troubleshooting.md"))) {
            if (line.startsWith("- `")) {
                Matcher message = MESSAGE.matcher(line.split(" — ", 2)[0]);
                while (message.find()) {
                    messages.add(message.group(1));
                }
            }
        }
        return messages;
    }

    private static String sources() throws IOException {
        StringBuilder all = new StringBuilder(Files.readString(ROOT.resolve("sam")));
        for (String module : List.of("weights", "backend-api", "backend-onnx", "backend-cuda", "cli")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
                for (Path file :
                        files.filter(TroubleshootingTest::holdsMessages).toList()) {
                    all.append(JOINED_STRINGS.matcher(Files.readString(file)).replaceAll(""));
                }
            }
        }
        return all.toString();
    }

    private static boolean holdsMessages(Path file) {
        String path = file.toString();
        return path.endsWith(".java") || (path.contains("src/main/dist/") && Files.isRegularFile(file));
    }
}
