package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

/** Which images {@code sam segment} takes, and what becomes of the others when one is bad. */
class SegmentInputsTest extends SegmentOnFakeBackend {
    @Test
    void imagesOfOneNameLieInFoldersOfTheirOwn() throws Exception {
        Path other = png("other/dog.png", 20, 20);
        Ended ended = segment(image, other, "--points", "5,5", "--format", "png");
        assertThat(ended.exitCode()).isZero();
        assertThat(out.resolve("dog.mask.png")).isRegularFile();
        assertThat(out.resolve("other/dog.mask.png")).isRegularFile();
    }

    @Test
    void anInputIsNotOverwritten() throws Exception {
        Ended ended = SamInProcess.run(
                "segment", image, png("dog.mask.png", 9, 9), "--points", "5,5", "--backend", "fake", "--out", folder);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).contains("dog.mask.png would overwrite an input");
    }

    @Test
    void batchesGiveTheBytesThatImagesGetAlone() throws Exception {
        List<Object> arguments = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            arguments.add(png("in/" + i + ".png", 30 + i, 40));
        }
        arguments.addAll(List.of("--points", "5,5", "--format", "png,overlay,rle,logits"));
        Ended alone = segment(arguments.toArray());
        Map<String, byte[]> expected = contents();
        arguments.addAll(List.of("--batch", "3"));
        Ended together = segment(arguments.toArray());
        assertThat(together).isEqualTo(alone);
        assertThat(contents())
                .containsOnlyKeys(expected.keySet())
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isEqualTo(expected.get(name)));
    }

    private Map<String, byte[]> contents() throws Exception {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : filesWritten().toList()) {
            contents.put(name, Files.readAllBytes(out.resolve(name)));
        }
        return contents;
    }

    @Test
    void aBatchGoesOnPastABadFileAndNamesIt() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        Path small = png("small.png", 20, 20);
        Ended ended = segment(bad, small, image, folder.resolve("missing.png"), "--points", "100,60");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.outputLines()).singleElement().asString().contains("dog.mask.png");
        assertThat(ended.stderr())
                .contains(
                        "sam: " + bad + ": ", "sam: " + small + ": point 100,60 lies outside the image, which is 20x20")
                .endsWith("sam: 3 of 4 images failed: " + bad + ", " + small + ", " + folder.resolve("missing.png")
                        + "\n");
        assertThat(filesWritten()).containsExactly("dog.mask.png", "dog.overlay.png");
    }

    @Test
    void aFailedImageHasItsLineInJsonToo() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        Ended ended = segment(bad, image, "--points", "100,60", "--json");
        assertThat(ended.outputLines()).hasSize(2);
        assertThat(ended.outputLines().getFirst()).startsWith("{\"image\":\"" + bad + "\",\"error\":\"");
    }

    @Test
    void whereEveryInputIsBadItExitsWith3AndOpensNoBackend() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        Ended ended = segment(bad, "--points", "1,1");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.errorLines()).singleElement().asString().startsWith("sam: " + bad + ": ");
    }

    @Test
    void aFolderStandsForTheImagesInItAndBelowWithoutEarlierOutputs() throws Exception {
        png("photos/b.png", 30, 30);
        png("photos/a.PNG", 30, 30);
        png("photos/a.mask.png", 30, 30);
        png("photos/a.overlay.png", 30, 30);
        png("photos/below/c.png", 30, 30);
        Files.writeString(folder.resolve("photos/notes.txt"), "text");
        Ended ended = segment(folder.resolve("photos"), "--points", "5,5", "--format", "png");
        assertThat(ended.exitCode()).isZero();
        assertThat(filesWritten()).containsExactly("a.mask.png", "b.mask.png", "below");
        assertThat(out.resolve("below/c.mask.png")).isRegularFile();
    }

    @Test
    void aFolderWithoutImagesIsABadInput() throws Exception {
        Ended ended = segment(Files.createDirectory(folder.resolve("empty")), "--points", "5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).contains("empty: no image in this folder");
    }

    @Test
    void anEmptyWordIsNoImage() {
        Ended ended = segment("", "--points", "5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).startsWith("sam: '': expected the name of an image or a folder, got an empty word");
    }

    @Test
    void aListWithoutAnImageIsSaidToBeOne() {
        InputStream stdin = System.in;
        System.setIn(InputStream.nullInputStream());
        try {
            Ended ended = segment("-", "--points", "5,5");
            assertThat(ended.exitCode()).isZero();
            assertThat(ended.stderr()).isEqualTo("sam: no image is named, so there is nothing to do\n");
        } finally {
            System.setIn(stdin);
        }
    }
}
