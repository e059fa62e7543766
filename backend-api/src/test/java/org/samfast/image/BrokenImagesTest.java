package org.samfast.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.TestImages;

/** One file and one sentence per way in which an image can be unusable. */
class BrokenImagesTest {
    private static final Path BROKEN = TestImages.TESTDATA.resolve("broken/images");

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/org/samfast/image/broken.csv", delimiter = '|')
    void isRefusedInOneSentence(String file, String sentence) {
        assertThat(refusal(BROKEN.resolve(file), ImageReader.DEFAULT_PIXEL_LIMIT))
                .isEqualTo(BROKEN.resolve(file) + ": " + sentence);
    }

    @Test
    void everyBrokenFileHasItsSentence() throws IOException {
        try (Stream<Path> files = Files.list(BROKEN);
                Stream<String> lines = Files.lines(Path.of("src/test/resources/org/samfast/image/broken.csv"))) {
            Set<String> listed =
                    lines.map(line -> line.substring(0, line.indexOf('|'))).collect(Collectors.toSet());
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(listed);
        }
    }

    @Test
    void aMissingFile() {
        Path file = folder.resolve("none.jpg");
        assertThat(refusal(file, 1)).isEqualTo(file + ": no such file; check the path");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkToItself() throws IOException {
        Path link = folder.resolve("link.jpg");
        Files.createSymbolicLink(link, link.getFileName());
        assertThat(refusal(link, 1)).startsWith(link + ": cannot be read (").contains("symbolic links");
    }

    @Test
    void aFolder() {
        assertThat(refusal(folder, 1)).isEqualTo(folder + ": is a folder, expected an image file");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDeviceThatNeverEnds() {
        Path file = Path.of("/dev/zero");
        assertThat(refusal(file, 1)).isEqualTo(file + ": is a device or a pipe, expected an image file");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileOfSomebodyElse() throws IOException {
        Path file = Files.copy(BROKEN.resolve("text.jpg"), folder.resolve("secret.jpg"));
        Files.setPosixFilePermissions(file, Set.of());
        assumeFalse(Files.isReadable(file), "root reads everything");
        assertThat(refusal(file, 1)).isEqualTo(file + ": may not be read by this user");
    }

    @Test
    void aLimitOfOnePixelLess() {
        Path photo = TestImages.TESTDATA.resolve("images/dog.jpg");
        assertThat(refusal(photo, 800 * 534 - 1))
                .isEqualTo(photo + ": 800x534 pixels are more than the limit of 427199; if the file is to be trusted,"
                        + " raise it with --max-pixels 427200");
    }

    @ParameterizedTest
    @CsvSource({"200000, 10000", "46341, 46341"})
    void aSizeThatNoArrayHolds(long width, long height) {
        assertThatExceptionOfType(BadImage.class)
                .isThrownBy(() -> new PixelLimit(Long.MAX_VALUE).accept(width, height))
                .withMessageContaining("more than can be held");
    }

    /** Cut anywhere, a file is refused; never a picture with a grey end. */
    @ParameterizedTest
    @CsvSource({
        "420.jpg",
        "420-progressive.jpg",
        "restart.jpg",
        "rgb.png",
        "plain.gif",
        "rgb.bmp",
        "rgb-raw.tif",
        "lossy.webp"
    })
    void isRefusedWhereverItIsCut(String name) throws IOException {
        byte[] whole = Files.readAllBytes(TestImages.GOLDEN.resolve("formats").resolve(name));
        Path file = folder.resolve(name);
        for (int length = 0; length < whole.length - 2; length += 1 + length / 16) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(refusal(file, 100_000))
                    .as("%d of %d bytes", length, whole.length)
                    .startsWith(file + ": ");
        }
    }

    private static String refusal(Path file, long limit) {
        try {
            ImageReader.read(file, limit);
            return "read without complaint";
        } catch (ImageException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
