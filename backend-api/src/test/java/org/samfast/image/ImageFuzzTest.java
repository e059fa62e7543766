package org.samfast.image;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;

/** Any bytes are an image within the limit or a sentence. */
@Tag("fuzz")
class ImageFuzzTest {
    private static final int LIMIT = 1 << 20;

    static Stream<byte[]> seeds() throws IOException {
        Path broken = TestImages.TESTDATA.resolve("broken/images");
        try (Stream<Path> files = Files.list(TestImages.GOLDEN.resolve("formats"));
                Stream<Path> others = Files.list(broken)) {
            return Stream.concat(files, others).sorted().map(ImageFuzzTest::bytes).toList().stream();
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        try {
            RgbImage image = ImageFormat.of(bytes).decode(bytes, new PixelLimit(LIMIT));
            if (image.size().area() > LIMIT) {
                throw new AssertionError("larger than the limit: " + image.size());
            }
        } catch (BadImage e) {
            String message = String.valueOf(e.getMessage());
            if (message.length() > 300 || message.contains("\n")) {
                throw new AssertionError("not a sentence: " + message, e);
            }
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
