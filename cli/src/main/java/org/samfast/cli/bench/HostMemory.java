package org.samfast.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process takes of the host's memory. */
final class HostMemory {
    private static final Path LINUX = Path.of("/proc/self/status");

    private HostMemory() {}

    /** The most that was resident until now, in bytes; 0 where the system does not tell (only Linux does). */
    static long peakBytes() {
        return status("VmHWM:");
    }

    /** What is resident now and no file's: heap, native memory, stacks; 0 where the system does not tell. */
    static long anonymousBytes() {
        return status("RssAnon:");
    }

    /** What Java's objects take now, dead ones that were not collected yet included. */
    static long heapBytes() {
        Runtime java = Runtime.getRuntime();
        return java.totalMemory() - java.freeMemory();
    }

    private static long status(String entry) {
        try (Stream<String> lines = Files.lines(LINUX)) {
            return lines.filter(line -> line.startsWith(entry))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException _) {
            return 0; // not Linux: the cell stays empty
        }
    }
}
