package org.samfast.backend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which CPU this is. */
public final class CpuModel {
    private static final Path LINUX = Path.of("/proc/cpuinfo");

    private CpuModel() {}

    /** {@return its model name where Linux tells it, otherwise the architecture: {@code aarch64}} */
    public static String name() {
        return line("model name").orElseGet(() -> System.getProperty("os.arch"));
    }

    /** {@return the features of x86 by Linux's names, apart by spaces: {@code fpu avx2 avx512_vnni}; empty where unknown} */
    public static String features() {
        return line("flags").orElse("");
    }

    /** {@return whether it is known to have VNNI: x86's products of bytes with sums that cannot saturate on the way} */
    public static boolean hasVnni() {
        return hasVnni(features());
    }

    static boolean hasVnni(String features) {
        List<String> words = List.of(features.split(" "));
        return words.contains("avx512_vnni") || words.contains("avx_vnni");
    }

    private static Optional<String> line(String name) {
        try (Stream<String> lines = Files.lines(LINUX, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException _) {
            return Optional.empty(); // not Linux: what nobody tells counts as absent
        }
    }
}
