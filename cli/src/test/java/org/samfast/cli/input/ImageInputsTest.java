package org.samfast.cli.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageInputsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void aTree() throws IOException {
        for (String file : List.of(
                "photos/b.jpg",
                "photos/a.PNG",
                "photos/a.mask.png",
                "photos/a.overlay.png",
                "photos/notes.txt",
                "photos/.hidden.jpg",
                "photos/.thumbnails/b.jpg",
                "photos/2024/b.jpg",
                "photos/2024/05/c.webp",
                "photos/out/b.jpg",
                "other/b.jpg",
                "other/d.jpg")) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.writeString(folder.resolve(file), "");
        }
    }

    @Test
    void aFolderStandsForTheImagesInItAndBelowWithoutResultsHiddenFilesAndTheOutputFolder() throws IOException {
        assertThat(found("photos"))
                .containsExactly(
                        "photos/2024/05/c.webp > 2024/05",
                        "photos/2024/b.jpg > 2024",
                        "photos/a.PNG > ",
                        "photos/b.jpg > ");
    }

    @Test
    void aQuotedPatternStandsForWhatItMatches() throws IOException {
        assertThat(found("photos/*.jpg")).containsExactly("photos/b.jpg > ");
        assertThat(found("photos/**/*.jpg")).containsExactly("photos/2024/b.jpg > 2024", "photos/b.jpg > ");
        assertThat(found("photos/**.{jpg,webp}"))
                .containsExactly("photos/2024/05/c.webp > 2024/05", "photos/2024/b.jpg > 2024", "photos/b.jpg > ");
    }

    @Test
    void filesNamedOneByOneLieFlat() throws IOException {
        assertThat(found("photos/2024/b.jpg", "other/d.jpg", "missing.jpg"))
                .containsExactly("photos/2024/b.jpg > ", "other/d.jpg > ", "missing.jpg > ");
    }

    @Test
    void whereTwoWouldGetOneNameAllLieAsBelowTheirCommonFolder() throws IOException {
        assertThat(found("photos/2024/b.jpg", "other/b.jpg", "other/d.jpg"))
                .containsExactly("photos/2024/b.jpg > photos/2024", "other/b.jpg > other", "other/d.jpg > other");
        assertThat(found("photos/2024", "other"))
                .containsExactly(
                        "photos/2024/05/c.webp > photos/2024/05",
                        "photos/2024/b.jpg > photos/2024",
                        "other/b.jpg > other",
                        "other/d.jpg > other");
    }

    @Test
    void whatIsNamedTwiceComesOnce() throws IOException {
        assertThat(found("other/d.jpg", "other", "other/../other/b.jpg")).hasSize(2);
    }

    @Test
    void aListComesFromStdinByLinesOrNul() throws IOException {
        String d = folder.resolve("other/d.jpg").toString();
        String odd = folder.resolve("a\nb.jpg").toString();
        assertThat(images(inputs(d + "\r\n\n" + folder.resolve("photos/2024") + "\n", Path.of("-"))))
                .containsExactly("other/d.jpg > ", "photos/2024/05/c.webp > 05", "photos/2024/b.jpg > ");
        assertThat(images(inputs(d + "\0" + odd + "\0", Path.of("-")))).contains("a\nb.jpg > ");
    }

    @Test
    void whatStandsForNothingIsAProblemAndTheRestIsThere() throws IOException {
        Files.createDirectory(folder.resolve("empty"));
        ImageInputs inputs = inputs(
                "",
                folder.resolve("empty"),
                folder.resolve("other"),
                folder.resolve("x*.jpg"),
                folder.resolve("[.jpg"));
        assertThat(inputs.images()).hasSize(2);
        assertThat(inputs.problems())
                .extracting(problem -> problem.error().getMessage())
                .satisfiesExactly(
                        empty -> assertThat(empty).contains("empty: no image in this folder"),
                        none -> assertThat(none).contains("x*.jpg: no file matches this pattern"),
                        bad -> assertThat(bad).contains("[.jpg: not a pattern for files"));
    }

    @Test
    void aLinkToAFolderAboveItselfAddsNothingAndALinkToNothingIsAnImageThatIsMissing() throws IOException {
        Files.createSymbolicLink(folder.resolve("other/again"), folder.resolve("other"));
        Files.createSymbolicLink(folder.resolve("other/gone.jpg"), folder.resolve("nothing.jpg"));
        assertThat(found("other")).containsExactly("other/b.jpg > ", "other/d.jpg > ", "other/gone.jpg > ");
    }

    private List<String> found(String... arguments) throws IOException {
        ImageInputs inputs =
                inputs("", Stream.of(arguments).map(folder::resolve).toArray(Path[]::new));
        assertThat(inputs.problems()).isEmpty();
        return images(inputs);
    }

    private ImageInputs inputs(String stdin, Path... arguments) throws IOException {
        InputStream in = new ByteArrayInputStream(stdin.getBytes(UTF_8));
        return ImageInputs.of(List.of(arguments), folder.resolve("photos/out"), in);
    }

    private List<String> images(ImageInputs inputs) {
        return inputs.images().stream()
                .map(image -> folder.relativize(image.file()) + " > " + image.below())
                .toList();
    }
}
