package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.fake.FakeBackend;
import org.samfast.cli.terminal.ExitCode;

/** {@code sam segment --resume} on the fake backend: what counts as done, and that the outcome is that of an undisturbed run. */
class ResumeTest {
    private static final int IMAGES = 9;

    @TempDir
    Path folder;

    private Path photos;
    private Path out;

    @BeforeEach
    void photosInFolders() throws Exception {
        photos = folder.resolve("photos");
        out = folder.resolve("out");
        for (int i = 0; i < IMAGES; i++) {
            Path file = photos.resolve(i % 3 + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            ImageIO.write(new BufferedImage(20 + i, 15, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        }
        Files.writeString(photos.resolve("bad.jpg"), "text");
    }

    @Test
    void whatIsDoneIsSkippedAndTheBadOnesAreTriedAgain() throws Exception {
        assertThat(segment().outputLines()).hasSize(IMAGES);
        Map<String, String> expected = contents();
        Ended again = segment("--resume");
        assertThat(again.stdout()).isEmpty();
        assertThat(again.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(again.stderr()).endsWith("sam: 1 of 10 images failed: " + photos.resolve("bad.jpg") + "\n");
        assertThat(contents()).isEqualTo(expected);
    }

    @Test
    void aRunThatWasKilledGoesOnToTheSameBytes() throws Exception {
        segment();
        Map<String, String> expected = contents();
        Path journal = out.resolve(".sam-journal.jsonl");
        List<String> lines = Files.readAllLines(journal);
        // killed in the middle of a line, with a file that is not noted, one that is not there and one cut short
        Files.writeString(
                journal,
                String.join("\n", lines.subList(0, 6)) + "\n" + lines.get(6).substring(0, 70));
        Files.delete(out.resolve("0/3.mask.png"));
        Files.write(out.resolve("0/6.overlay.png"), new byte[3]);
        long gone = deadProcess();
        Files.writeString(out.resolve("1/.1.mask.png." + gone + "-0123456789abcdef.tmp"), "half");
        Ended ended = segment("--resume", "--batch", "2");
        assertThat(ended.outputLines()).hasSize(IMAGES - 5 + 2);
        assertThat(contents().keySet()).isEqualTo(expected.keySet());
        expected.remove(".sam-journal.jsonl"); // the two files that were spoilt come last in it
        assertThat(contents()).containsAllEntriesOf(expected);
        assertThat(segment("--resume").stdout()).isEmpty();
    }

    @Test
    void otherOptionsOtherPromptsAndAChangedImageAreDoneAnew() throws Exception {
        segment();
        assertThat(segment("--resume", "--precision", "bf16").outputLines()).hasSize(IMAGES);
        assertThat(segment("--resume").outputLines()).hasSize(IMAGES);
        assertThat(segment("--resume", "--points", "6,6").outputLines()).hasSize(IMAGES);
        assertThat(segment("--resume").outputLines()).hasSize(IMAGES);
        Files.write(photos.resolve("0/0.png"), new byte[] {0}, StandardOpenOption.APPEND);
        assertThat(segment("--resume").outputLines()).singleElement().asString().contains("0.mask.png");
    }

    @Test
    void anImageThatCameOnlyNowIsDoneAlone() throws Exception {
        segment();
        Files.copy(photos.resolve("0/0.png"), photos.resolve("new.png"));
        assertThat(segment("--resume").outputLines()).singleElement().asString().contains("new.mask.png");
    }

    @Test
    void theCocoFileIsThatOfAnUndisturbedRunAfterAnyStop() throws Exception {
        List<Path> files = new ArrayList<>();
        for (String name : List.of("1/4.png", "0/0.png", "2/2.png")) {
            files.add(photos.resolve(name));
        }
        coco(files);
        byte[] undisturbed = Files.readAllBytes(out.resolve("coco.json"));
        Files.delete(out.resolve("coco.json"));
        assertThat(coco(files, "--resume").outputLines()).hasSize(3);
        assertThat(out.resolve("coco.json")).hasBinaryContent(undisturbed);
        assertThat(coco(files, "--resume").stdout()).isEmpty();
        Files.delete(out.resolve("coco.json"));
        Path lost = photos.resolve("lost.png");
        ImageIO.write(
                new BufferedImage(FakeBackend.LOST_ON_WIDTH, 15, BufferedImage.TYPE_INT_RGB), "png", lost.toFile());
        files.add(1, lost); // what is left is done by another process
        assertThat(coco(files).exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(out.resolve("coco.json")).hasBinaryContent(undisturbed);
    }

    private Ended coco(List<Path> files, String... more) {
        List<Object> words = new ArrayList<>(List.of("segment", "--points", "5,5", "--format", "coco", "--batch", "1"));
        words.addAll(List.of("--backend", "fake", "--out", out, "--quiet"));
        words.addAll(files);
        words.addAll(List.of(more));
        return SamInProcess.run(words.toArray());
    }

    @Test
    void aSingleImageLeavesNoJournal() {
        SamInProcess.run("segment", photos.resolve("0/0.png"), "--points", "5,5", "--backend", "fake", "--out", out);
        assertThat(out.resolve(".sam-journal.jsonl")).doesNotExist();
    }

    private Ended segment(String... more) {
        List<Object> words = new ArrayList<>(List.of("segment", photos, "--backend", "fake", "--out", out, "--quiet"));
        words.addAll(List.of(more));
        if (!words.contains("--points")) {
            words.addAll(List.of("--points", "5,5"));
        }
        return SamInProcess.run(words.toArray());
    }

    private Map<String, String> contents() throws Exception {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        out.relativize(file).toString(),
                        java.util.HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    private static long deadProcess() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        return process.pid();
    }
}
