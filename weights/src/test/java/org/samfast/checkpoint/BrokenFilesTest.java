package org.samfast.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Every file of testdata/broken/weights (make.py) ends in its own sentence; sentences.csv has them. */
class BrokenFilesTest {
    private static final String SENTENCES = "/org/samfast/checkpoint/sentences.csv";

    @ParameterizedTest
    @CsvFileSource(resources = SENTENCES, delimiter = '|')
    void oneSentence(String name, String sentence) {
        Path file = TestData.BROKEN.resolve(name);
        assertThat(refusal(file)).hasMessageStartingWith(file + ": ").hasMessageContaining(sentence);
        assertThat(refusal(file).getMessage()).doesNotContain("\n").hasSizeLessThan(600);
    }

    private static CheckpointException refusal(Path file) {
        return catchThrowableOfType(CheckpointException.class, () -> {
            if (file.toString().endsWith(".npy")) {
                NpyReader.read(file);
            } else {
                TensorFile.open(file).close();
            }
        });
    }

    @Test
    void everyBrokenFileHasItsSentence() throws IOException {
        try (Stream<Path> files = Files.list(TestData.BROKEN);
                var sentences = BrokenFilesTest.class.getResourceAsStream(SENTENCES)) {
            assertThat(new String(sentences.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(line -> line.split("\\|", 2)[0].strip()))
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString())
                                    .filter(name -> !name.equals("make.py"))
                                    .toList());
        }
    }

    @Test
    void pathsWithoutAFile(@TempDir Path folder) throws IOException {
        assertThat(refusal(folder)).hasMessageContaining("this is a folder");
        assertThat(refusal(folder.resolve("none.pth"))).hasMessageContaining("no such file; check the path");
        assertThat(refusal(Path.of("/dev/null"))).hasMessageContaining("not a regular file");
    }

    @Test
    void fileWithoutPermission(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(
                folder.resolve("secret.pth"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        if (!Files.isReadable(file)) { // root may read everything
            assertThat(refusal(file)).hasMessageContaining("may not be read by this user; change its permissions");
        } else {
            assertThat(refusal(file)).hasMessageContaining("is empty");
        }
    }

    /** Too large for the repository: more opcodes than any checkpoint has, each of them harmless. */
    @Test
    void endlessPickle(@TempDir Path folder) throws IOException {
        byte[] pickle = new byte[4_100_000];
        Arrays.fill(pickle, (byte) ')');
        pickle[0] = (byte) 0x80;
        pickle[1] = 2;
        Path file = Files.write(folder.resolve("endless.pth"), pickle);
        assertThat(refusal(file)).hasMessageContaining("the pickle is longer than that of any checkpoint of weights");
    }
}
