package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

/** {@code sam segment --everything} and {@code sam amg} on the fake backend, whose masks 2 and 3 of a point are rated 0.9 and 0.7. */
class EverythingCommandTest {
    private static final Object[] FOUR_POINTS = {
        "--points-per-side", 2, "--pred-iou-thresh", 0.65, "--stability-score-thresh", 0.8, "--backend", "fake"
    };

    @TempDir
    Path folder;

    private Path image;
    private Path out;

    @BeforeEach
    void anImageOf256By128() throws Exception {
        image = png("dog.png");
        out = folder.resolve("out");
    }

    @Test
    void writesAFolderOfMasksAndTheirMetadata() throws Exception {
        Ended ended = segment();
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.outputLines()).containsExactly(out.resolve("dog") + "  8 masks");
        assertThat(written("dog"))
                .containsExactly(
                        "0.png", "1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "metadata.csv");
        List<String> lines = Files.readAllLines(out.resolve("dog/metadata.csv"));
        assertThat(lines).hasSize(9);
        assertThat(lines.get(0))
                .isEqualTo("id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,"
                        + "stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h");
        assertThat(lines.get(1))
                .startsWith("0," + area(out.resolve("dog/0.png")) + ",40,8,47,47,64.0,32.0,0.8999999761581421,0.8")
                .endsWith(",0,0,256,128");
    }

    @Test
    void duplicatesGo() {
        assertThat(segment("--box-nms-thresh", 0.5).stdout()).contains("  4 masks");
    }

    @Test
    void writesRunLengthsAsPythonDoes() throws Exception {
        Ended ended = segment("--convert-to-rle", "--json");
        assertThat(ended.stdout()).contains("\"masks\":8,\"written\":\"" + out.resolve("dog.json") + "\"");
        assertThat(out.resolve("dog.json"))
                .content()
                .startsWith("[{\"segmentation\": {\"size\": [128, 256], \"counts\": \"")
                .contains("\"}, \"area\": 1804", ", \"bbox\": [40, 8, 47, 47], \"predicted_iou\": 0.8999999761581421, ")
                .contains("\"point_coords\": [[64.0, 32.0]], \"stability_score\": 0.8")
                .endsWith(", \"crop_box\": [0, 0, 256, 128]}]");
    }

    @Test
    void amgDoesTheSame() throws Exception {
        segment();
        String metadata = Files.readString(out.resolve("dog/metadata.csv"));
        List<Object> words = new ArrayList<>(List.of("amg", "--input", image, "--output", folder.resolve("amg")));
        words.addAll(List.of(FOUR_POINTS));
        words.addAll(List.of("--model-type", "vit_t"));
        Ended ended = SamInProcess.run(words.toArray());
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(folder.resolve("amg/dog/metadata.csv")).hasContent(metadata);
    }

    @Test
    void aLaterRunReplacesTheFolder() throws Exception {
        segment();
        assertThat(segment("--box-nms-thresh", 0.5).exitCode()).isZero();
        assertThat(written("dog")).containsExactly("0.png", "1.png", "2.png", "3.png", "metadata.csv");
        assertThat(written("")).containsExactly("dog");
    }

    @Test
    void aFolderWithOtherFilesIsLeftAlone() throws Exception {
        Files.createDirectories(out.resolve("dog"));
        Path notes = Files.writeString(out.resolve("dog/notes.txt"), "mine");
        Ended ended = segment();
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.errorLines())
                .contains("sam: cannot write " + out.resolve("dog")
                        + ": it holds other files, such as notes.txt; choose another folder");
        assertThat(notes).hasContent("mine");
        assertThat(written("")).containsExactly("dog");
    }

    @Test
    void smallCropsAreLookedAtToo() throws Exception {
        Ended ended = segment("--crop-n-layers", 1, "--crop-nms-thresh", 1);
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        List<String> lines = Files.readAllLines(out.resolve("dog/metadata.csv"));
        assertThat(lines.get(1)).doesNotEndWith(",0,0,256,128");
        assertThat(lines.getLast()).endsWith(",0,0,256,128");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--everything --points 1,1|--points and --everything: give one of them",
                "--everything --format rle|--format and --everything: give one of them",
                "--everything --max-pixels 0|--max-pixels: expected 1 or more, got 0",
                "--points 1,1 --crop-n-layers 1|--crop-n-layers needs --everything",
                "--everything --crop-n-layers 9|--crop-n-layers: expected 0 to 8, got 9",
                "--everything --points-per-side 0|--points-per-side: expected 1 to 1024, got 0",
                "--everything --points-per-batch 0|--points-per-batch: expected 1 or more, got 0",
                "--everything --crop-overlap-ratio 1|--crop-overlap-ratio: expected at least 0 and below 1, got 1.0",
                "--everything --points-per-side 2 --crop-n-layers 2 --crop-n-points-downscale-factor 2"
                        + "|--points-per-side: 2 divided by 2^2 leaves none for crop layer 2"
            })
    void whatMakesNoSenseIsRefused(String words, String sentence) {
        List<Object> all = new ArrayList<>(List.of("segment", image, "--out", out));
        all.addAll(List.of(words.split(" ")));
        Ended ended = SamInProcess.run(all.toArray());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.errorLines()).startsWith("sam: " + sentence);
    }

    @Test
    void twoImagesOfOneNameInAFolderAreRefused() throws Exception {
        Path other = Files.copy(image, folder.resolve("dog.bmp"));
        Ended ended = segment(other);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.errorLines().getFirst())
                .isEqualTo("sam: " + image + " and " + other + " would both write " + out.resolve("dog")
                        + "; segment them in two runs with different output folders");
    }

    @Test
    void foldersBelowAreMirroredAndABadImageIsReportedAtTheEnd() throws Exception {
        Path photos = photos();
        Ended ended = segmentFolder(photos);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.stderr()).endsWith("sam: 1 of 3 images failed: " + photos.resolve("bad.jpg") + "\n");
        assertThat(ended.outputLines())
                .containsExactly(out.resolve("cat") + "  8 masks", out.resolve("more/dog") + "  8 masks");
    }

    @Test
    void resumeDoesOnlyWhatIsMissing() throws Exception {
        Path photos = photos();
        segmentFolder(photos);
        assertThat(segmentFolder(photos, "--resume").stdout()).isEmpty();
        Files.delete(out.resolve("cat/5.png"));
        assertThat(segmentFolder(photos, "--resume").outputLines()).containsExactly(out.resolve("cat") + "  8 masks");
        assertThat(out.resolve("cat/5.png")).exists();
        assertThat(segmentFolder(photos, "--resume", "--box-nms-thresh", 0.5).outputLines())
                .containsExactly(out.resolve("cat") + "  4 masks", out.resolve("more/dog") + "  4 masks");
    }

    @Test
    void amgLooksOnlyIntoTheFolderItself() throws Exception {
        Path photos = photos();
        List<Object> words = new ArrayList<>(List.of("amg", "--input", photos, "--output", out));
        words.addAll(List.of(FOUR_POINTS));
        assertThat(SamInProcess.run(words.toArray()).outputLines()).containsExactly(out.resolve("cat") + "  8 masks");
    }

    private Path photos() throws IOException {
        Path photos = folder.resolve("photos");
        Files.createDirectories(photos.resolve("more"));
        Files.copy(image, photos.resolve("cat.png"));
        Files.copy(image, photos.resolve("more/dog.png"));
        Files.writeString(photos.resolve("bad.jpg"), "text");
        return photos;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--device mps|--device: expected cuda or cpu, got 'mps'",
                "--model-type vit_h --checkpoint MODEL|--model-type vit_h: MODEL is a vit_t; leave --model-type out, or name"
                        + " that"
            })
    void amgRefusesWhatDoesNotFit(String words, String sentence) {
        String model = Path.of(System.getProperty("sam.models"), "sam_vit_t.bf16.safetensors")
                .toString();
        List<Object> all = new ArrayList<>(List.of("amg", "--input", image, "--output", out));
        all.addAll(List.of(words.replace("MODEL", model).split(" ")));
        Ended ended = SamInProcess.run(all.toArray());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.errorLines()).startsWith("sam: " + sentence.replace("MODEL", model));
    }

    private Ended segment(Object... more) {
        return segmentFolder(image, more);
    }

    private Ended segmentFolder(Path images, Object... more) {
        List<Object> words = new ArrayList<>(List.of("segment", images, "--everything", "--out", out));
        words.addAll(Arrays.asList(FOUR_POINTS));
        words.addAll(Arrays.asList(more));
        return SamInProcess.run(words.toArray());
    }

    private Path png(String name) throws IOException {
        Path file = folder.resolve(name);
        ImageIO.write(new BufferedImage(256, 128, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    private List<String> written(String below) throws IOException {
        try (Stream<Path> files = Files.list(out.resolve(below))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static int area(Path png) throws IOException {
        BufferedImage mask = ImageIO.read(png.toFile());
        int inside = 0;
        for (int i = 0; i < mask.getWidth() * mask.getHeight(); i++) {
            int value = mask.getRaster().getSample(i % mask.getWidth(), i / mask.getWidth(), 0);
            assertThat(value).isIn(0, 255);
            inside += value / 255;
        }
        return inside;
    }
}
