package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

/** {@code sam segment --prompts} on the fake backend. */
class SegmentPromptsTest {
    private static final int IMAGES = 9;

    @TempDir
    Path folder;

    private Path photos;
    private Path prompts;

    @BeforeEach
    void photos() throws Exception {
        photos = Files.createDirectory(folder.resolve("photos"));
        prompts = folder.resolve("prompts.jsonl");
        for (int i = 0; i < IMAGES; i++) {
            png(i + ".png", 40 + i, 30);
        }
    }

    /** Image i is asked for i objects: image 0 for none. */
    @Test
    void imagesOfManyPromptCountsGiveWhatEachGivesAlone() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            lines.add("{\"image\":\"%d.png\",\"objects\":%s}".formatted(i, objects(i)));
        }
        Files.write(prompts, lines);
        Path together = folder.resolve("together");
        Ended ended = segment(photos, together, prompts, "--batch", "4");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.stderr())
                .contains("sam: " + photos.resolve("0.png") + ": no prompt for it in " + prompts + "\n");
        assertThat(ended.outputLines()).hasSize(IMAGES * (IMAGES - 1) / 2);
        for (int i = 1; i < IMAGES; i++) {
            Path one = folder.resolve("one.jsonl");
            Files.writeString(one, lines.get(i));
            Path alone = folder.resolve("alone" + i);
            assertThat(segment(photos.resolve(i + ".png"), alone, one).exitCode())
                    .isZero();
            assertThat(together.resolve(i + ".rle.json")).hasSameBinaryContentAs(alone.resolve(i + ".rle.json"));
        }
    }

    @Test
    void resultsComeInTheOrderOfTheImagesAndBadOnesAreReported() throws Exception {
        Files.writeString(photos.resolve("3.png"), "text");
        Files.writeString(
                prompts, line("8.png") + "\n\n" + line("3.png") + "\r\n" + line("1.png") + "\n" + line("x.png"));
        Ended ended = segment(photos, folder.resolve("out"), prompts);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.outputLines()).hasSize(2);
        assertThat(ended.outputLines().get(0)).contains("1.png");
        assertThat(ended.outputLines().get(1)).contains("8.png");
        assertThat(ended.stderr())
                .contains("sam: " + prompts + ", line 5: 'x.png' is none of the images given\n")
                .contains("sam: 8 of 10 images failed: ");
    }

    @Test
    void anObjectOutsideItsImageFailsThatImageOnly() throws Exception {
        Files.writeString(prompts, line("1.png") + "\n{\"image\":\"2.png\",\"objects\":[{\"points\":[[500,5]]}]}\n");
        Ended ended = segment(photos, folder.resolve("out"), prompts);
        assertThat(ended.stderr()).contains("2.png: point 500,5 lies outside the image, which is 42x30");
        assertThat(ended.outputLines()).hasSize(1);
    }

    @Test
    void boxesOfACocoFileArePrompts() throws Exception {
        Path coco = folder.resolve("annotations.json");
        Files.writeString(coco, """
            {"images":[{"id":1,"file_name":"1.png","width":41,"height":30},
                       {"id":2,"file_name":"photos/2.png","width":42,"height":30}],
             "annotations":[{"id":7,"image_id":2,"bbox":[10,5,32.4,12]},
                            {"id":8,"image_id":1,"bbox":[1,2,10,12]},
                            {"id":9,"image_id":1,"bbox":[20,2,10,12]}]}
            """);
        Path out = folder.resolve("out");
        Ended ended = segment(photos, out, coco);
        assertThat(ended.outputLines()).hasSize(3);
        Path line = folder.resolve("same.jsonl");
        Files.writeString(line, "{\"image\":\"1.png\",\"objects\":[{\"box\":[1,2,11,14]},{\"box\":[20,2,30,14]}]}");
        Path same = folder.resolve("same");
        segment(photos.resolve("1.png"), same, line);
        assertThat(out.resolve("1.rle.json")).hasSameBinaryContentAs(same.resolve("1.rle.json"));
        assertThat(out.resolve("2.rle.json")).exists();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'image':'1.png'}|expected image and objects, got no objects",
                "{'objects':[]}|expected image and objects, got no image",
                "{'image':'1.png','objects':[{}]}|object 1 has no points and no box",
                "{'image':'1.png','objects':[{'bbox':[1,2,3,4]}]}|expected points and box, got 'bbox'",
                "{'image':'1.png','objects':[{'box':[3,2,1,4]}]}|expected a box [x0,y0,x1,y1] with x0 < x1 and y0 <"
                        + " y1, got [3.0,",
                "{'image':'1.png','objects':[{'points':[[1,2,2]]}]}|expected points [x,y] or [x,y,label]",
                "{'image':'1.png','objects':[{'points':[[1,1e999]]}]}|expected a list of numbers for a point, got"
                        + " '1e999'",
                "{'image':'1.png','objects':[{'points':[1,2]}]}|expected a list of numbers for a point, got '1'",
                "{'image':'','objects':[]}|expected the path of an image, got ''",
                "{'image':'1.png','objects':[]}{}|expected one object a line, got more",
                "{'image':'1.png',|not JSON: Unexpected end-of-input within/between Object entries, at column 18",
                "{'image':'1.png','objects':[{'points':[[1,2|not JSON: Unexpected end-of-input: expected close marker for"
                        + " Array, at column 44",
                "{'image':'1.png','image':'2.png'}|not JSON: Duplicate field 'image'",
                "[]|expected an object, got '['",
            })
    void aBadLineIsNamed(String line, String error) throws Exception {
        Files.writeString(prompts, line("1.png") + "\n\n" + line.replace('\'', '"') + "\n");
        Ended ended = segment(photos, folder.resolve("out"), prompts);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).startsWith("sam: " + prompts + ", line 3: " + error);
        assertThat(ended.stdout()).isEmpty();
    }

    @Test
    void anEntryOfTwoImagesIsRefused() throws Exception {
        Files.createDirectory(photos.resolve("more"));
        png("more/1.png", 20, 20);
        Files.writeString(prompts, line("1.png"));
        Ended ended = segment(photos, folder.resolve("out"), prompts);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).contains(", line 1: '1.png' is the end of both ");
    }

    @Test
    void promptsOfTheCommandLineAreNotMixedIn() throws Exception {
        Files.writeString(prompts, line("1.png"));
        Ended ended = segment(photos, folder.resolve("out"), prompts, "--box", "1,1,5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).startsWith("sam: --prompts: expected it alone");
    }

    private static String line(String image) {
        return "{\"image\":\"" + image + "\",\"objects\":[{\"points\":[[5,5]]}]}";
    }

    private static String objects(int count) {
        List<String> objects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            objects.add(
                    i % 2 == 0
                            ? "{\"points\":[[%d,%d,1],[1,1,0]]}".formatted(4 * i + 2, 3 * i + 2)
                            : "{\"box\":[%d,1,%d.5,20]}".formatted(i, i + 12));
        }
        return objects.toString();
    }

    private static Ended segment(Path images, Path out, Path prompts, String... more) {
        List<Object> words = new ArrayList<>(
                List.of("segment", images, "--backend", "fake", "--out", out, "--quiet", "--format", "rle"));
        words.addAll(List.of("--prompts", prompts));
        words.addAll(List.of(more));
        return SamInProcess.run(words.toArray());
    }

    private void png(String name, int width, int height) throws Exception {
        ImageIO.write(
                new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB),
                "png",
                photos.resolve(name).toFile());
    }
}
