package org.samfast.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Which CPU this is. */
final class CpuModel {
    private static final Path LINUX = Path.of("/proc/cpuinfo");

    private CpuModel() {}

    /** Its model name where Linux tells it, otherwise the architecture: {@code aarch64}. */
    static String name() {
        return fromLinux().orElseGet(() -> System.getProperty("os.arch"));
    }

    private static Optional<String> fromLinux() {
        try (Stream<String> lines = Files.lines(LINUX)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty(); // not Linux: the name is for people, and the architecture names it too
        }
    }
}
