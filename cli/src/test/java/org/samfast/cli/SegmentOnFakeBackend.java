package org.samfast.cli;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamInProcess.Ended;

/** {@code sam segment} in the test's JVM, on a fake backend that draws discs and boxes: everything but the model. */
abstract class SegmentOnFakeBackend {
    @TempDir
    Path folder;

    Path image;
    Path out;

    @BeforeEach
    void anImageOf256By128() throws Exception {
        image = png("dog.png", 256, 128);
        out = folder.resolve("out");
    }

    Ended segment(Object... arguments) {
        return SamInProcess.run(Stream.of(
                        Stream.of("segment"),
                        Stream.of(arguments),
                        Stream.<Object>of("--backend", "fake", "--out", out))
                .flatMap(words -> words)
                .toArray());
    }

    Path png(String name, int width, int height) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    Stream<String> filesWritten() throws Exception {
        try (Stream<Path> files = Files.list(out)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList()
                    .stream();
        }
    }
}
