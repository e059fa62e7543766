package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.fake.FakeBackend;
import org.samfast.cli.terminal.ExitCode;

/** A backend that is lost on some images: the other images are done all the same, in new processes where there are any left. */
class LostBackendTest {
    @TempDir
    Path folder;

    private Path out;

    @BeforeEach
    void photos() {
        out = folder.resolve("out");
    }

    @Test
    void theOthersAreDoneByNewProcesses() throws Exception {
        Path lost1 = image("2", FakeBackend.LOST_ON_WIDTH);
        Path lost2 = image("5", FakeBackend.LOST_ON_WIDTH);
        for (String name : List.of("1", "3", "4", "6", "7")) {
            image(name, 20);
        }
        Ended ended = segment();
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.outputLines()).hasSize(5).allSatisfy(line -> assertThat(line)
                .contains(".mask.png"));
        assertThat(masks()).containsExactly("1.mask.png", "3.mask.png", "4.mask.png", "6.mask.png", "7.mask.png");
        assertThat(ended.errorLines())
                .containsOnlyOnce("sam: the backend is lost; a new process goes on with what is left, 5 of 7 images")
                .containsOnlyOnce("sam: the backend is lost; a new process goes on with what is left, 2 of 7 images")
                .endsWith("sam: 2 of 7 images failed: " + lost1 + ", " + lost2);
    }

    @Test
    void everythingModeGoesOnToo() throws Exception {
        Path lost = image("2", FakeBackend.LOST_ON_WIDTH);
        for (String name : List.of("1", "3", "4")) {
            image(name, 20);
        }
        Ended ended = SamInProcess.run(
                "segment",
                folder.resolve("photos"),
                "--everything",
                "--points-per-side",
                "2",
                "--out",
                out,
                "--backend",
                "fake");
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.outputLines()).hasSize(3);
        assertThat(List.of("1", "3", "4"))
                .allSatisfy(name ->
                        assertThat(out.resolve(name).resolve("metadata.csv")).exists());
        assertThat(ended.errorLines())
                .containsOnlyOnce("sam: the backend is lost; a new process goes on with what is left, 2 of 4 images")
                .endsWith("sam: 1 of 4 images failed: " + lost);
    }

    @Test
    void aListOnStdinGoesOnToo() throws Exception {
        Path lost1 = image("2", FakeBackend.LOST_ON_WIDTH);
        Path lost2 = image("4", FakeBackend.LOST_ON_WIDTH);
        StringBuilder list = new StringBuilder();
        for (String name : List.of("1", "2", "3", "4", "5")) {
            Path file = folder.resolve("photos/" + name + ".png");
            list.append(Files.exists(file) ? file : image(name, 20)).append('\n');
        }
        InputStream stdin = System.in;
        System.setIn(new ByteArrayInputStream(list.toString().getBytes(StandardCharsets.UTF_8)));
        try {
            Ended ended = segment(Path.of("-"));
            assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(ExitCode.SOME_FAILED);
            assertThat(masks()).containsExactly("1.mask.png", "3.mask.png", "5.mask.png");
            assertThat(ended.errorLines())
                    .containsOnlyOnce(
                            "sam: the backend is lost; a new process goes on with what is left, 3 of 5 images")
                    .containsOnlyOnce(
                            "sam: the backend is lost; a new process goes on with what is left, 1 of 5 images")
                    .endsWith("sam: 2 of 5 images failed: " + lost1 + ", " + lost2);
        } finally {
            System.setIn(stdin);
        }
    }

    @Test
    void whereItIsLostAgainWithNothingDoneTheRunStops() throws Exception {
        for (String name : List.of("1", "2", "3")) {
            image(name, FakeBackend.LOST_ON_WIDTH);
        }
        image("4", 20);
        Ended ended = segment();
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(ended.stderr())
                .contains("a new process goes on with what is left, 3 of 4 images")
                .contains("sam: stopped because the backend is lost: 0 of 4 images are done; the same command with"
                        + " --resume goes on");
    }

    @Test
    void whereItIsLostOnTheLastImageThatOneHasFailed() throws Exception {
        image("1", 20);
        Path lost = image("2", FakeBackend.LOST_ON_WIDTH);
        Ended ended = segment();
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.stderr()).endsWith("sam: 1 of 2 images failed: " + lost + "\n");
    }

    private Path image(String name, int width) throws Exception {
        Path file = folder.resolve("photos/" + name + ".png");
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(width, 15, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    private Ended segment() {
        return segment(folder.resolve("photos"));
    }

    private Ended segment(Path images) {
        return SamInProcess.run(
                "segment",
                images,
                "--points",
                "5,5",
                "--format",
                "png",
                "--batch",
                "1",
                "--out",
                out,
                "--backend",
                "fake");
    }

    private List<String> masks() throws Exception {
        try (Stream<Path> files = Files.list(out)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".mask.png"))
                    .sorted()
                    .toList();
        }
    }
}
