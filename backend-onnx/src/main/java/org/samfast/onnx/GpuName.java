package org.samfast.onnx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the NVIDIA driver's files say of the first GPU: ONNX Runtime does not tell. */
final class GpuName {
    private static final Path DRIVER = Path.of("/proc/driver/nvidia");
    private static final Pattern MODEL = Pattern.compile("(?m)^Model:\\s+(.+?)\\s*$");
    private static final Pattern RELEASE = Pattern.compile("\\s(\\d{3,}\\.\\d+(\\.\\d+)?)\\s");

    private GpuName() {}

    /** {@code NVIDIA H100 80GB HBM3}. */
    static String model() {
        try (Stream<Path> gpus = Files.list(DRIVER.resolve("gpus"))) {
            return gpus.sorted()
                    .findFirst()
                    .flatMap(gpu -> found(gpu.resolve("information"), MODEL))
                    .orElse("NVIDIA GPU");
        } catch (IOException unknown) {
            return "NVIDIA GPU";
        }
    }

    /** {@code 580.159.04}. */
    static String driver() {
        return found(DRIVER.resolve("version"), RELEASE).orElse("unknown");
    }

    private static Optional<String> found(Path file, Pattern pattern) {
        try {
            Matcher matcher = pattern.matcher(Files.readString(file, StandardCharsets.UTF_8));
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}
