package org.samfast.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The files of testdata, good and broken, from which the fuzzer starts; and a file that is only in memory. */
final class FuzzSeeds {
    private FuzzSeeds() {}

    /** Contents of the files with that extension. */
    static Stream<byte[]> files(String extension) {
        return Stream.of(TestData.GOLDEN, TestData.BROKEN)
                .flatMap(FuzzSeeds::list)
                .filter(file -> file.toString().endsWith(extension))
                .map(FuzzSeeds::read);
    }

    private static Stream<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MappedFile inMemory(byte[] bytes) {
        return new MappedFile(Path.of("fuzzed"), MemorySegment.ofArray(bytes));
    }

    /** What a refusal owes the user. */
    static void requireSentence(CheckpointException refusal) {
        String message = String.valueOf(refusal.getMessage());
        if (!message.startsWith("fuzzed: ") || message.length() > 1000 || message.contains("\n")) {
            throw new AssertionError("not a sentence: " + message);
        }
    }
}
