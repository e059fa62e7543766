package org.samfast.cli.output;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;

/** The COCO file over several runs. bench/check_formats.py has pycocotools read one. */
class CocoWriterTest {
    private static final BinaryMask MASK = mask(2);
    private static final String RUNS = "\"segmentation\":{\"size\":[2,3],\"counts\":\"024\"},\"area\":2,"
            + "\"bbox\":[0,0,1,2],\"predicted_iou\":0.5,\"iscrowd\":0";

    @TempDir
    Path folder;

    private static BinaryMask mask(int inside) {
        byte[] pixels = new byte[6];
        for (int i = 0; i < inside; i++) {
            pixels[i % 2 * 3 + i / 2] = 1;
        }
        return new BinaryMask(new Size(3, 2), pixels);
    }

    @Test
    void isACompleteFile() throws Exception {
        run("photos/../dog.jpg", "bag", MASK);
        assertThat(lines())
                .contains(
                        "{\"id\":1,\"file_name\":\"dog.jpg\",\"width\":3,\"height\":2}",
                        "{\"id\":1,\"image_id\":1,\"category_id\":1," + RUNS + "}",
                        "{\"id\":1,\"name\":\"bag\",\"supercategory\":\"\"}");
        assertThat(folder).isDirectoryContaining("glob:**coco.json").isDirectoryNotContaining("glob:**journal");
    }

    @Test
    void laterRunsAddAndIdsStay() throws Exception {
        run("b.jpg", "bag", MASK, MASK);
        run("a.jpg", "cat", MASK);
        assertThat(lines())
                .containsSubsequence(start(1, "b.jpg"), start(2, "a.jpg"))
                .anyMatch(line -> line.startsWith("{\"id\":3,\"image_id\":2,\"category_id\":2,"));
        run("b.jpg", "cat", MASK, MASK, MASK);
        assertThat(lines())
                .containsSubsequence(start(1, "b.jpg"), start(2, "a.jpg"))
                .filteredOn(line -> line.contains("image_id"))
                .map(line -> line.substring(0, line.indexOf(",\"segm")))
                .containsExactly(
                        "{\"id\":3,\"image_id\":2,\"category_id\":2",
                        "{\"id\":1,\"image_id\":1,\"category_id\":2",
                        "{\"id\":2,\"image_id\":1,\"category_id\":2",
                        "{\"id\":4,\"image_id\":1,\"category_id\":2");
    }

    private static String start(int id, String name) {
        return "{\"id\":" + id + ",\"file_name\":\"" + name + "\",\"width\":3,\"height\":2}";
    }

    @Test
    void whatOthersWroteStays() throws Exception {
        Files.writeString(
                folder.resolve("coco.json"),
                "{\"licenses\":[{\"id\":7,\"url\":\"x\"}],\"annotations\":[{\"segmentation\":[[0,0,2.5,0,2.5,1]],\"image_id\":9,"
                        + "\"id\":40,\"category_id\":3}],\"images\":[{\"file_name\":\"z.jpg\",\"id\":9,\"height\":1,\"width\":3,"
                        + "\"license\":7}],\"categories\":[{\"id\":3,\"name\":\"bag\",\"keypoints\":[\"a\"]}]}");
        run("a.jpg", "bag", MASK);
        assertThat(lines())
                .contains(
                        "{\"file_name\":\"z.jpg\",\"id\":9,\"height\":1,\"width\":3,\"license\":7}",
                        "{\"segmentation\":[[0,0,2.5,0,2.5,1]],\"image_id\":9,\"id\":40,\"category_id\":3}",
                        "{\"id\":3,\"name\":\"bag\",\"keypoints\":[\"a\"]}",
                        "{\"id\":10,\"file_name\":\"a.jpg\",\"width\":3,\"height\":2}")
                .anyMatch(line -> line.startsWith("{\"id\":41,\"image_id\":10,\"category_id\":3,"));
    }

    @Test
    void aKilledRunLosesNothingAndItsTornLineIsForgotten() throws Exception {
        run("a.jpg", "bag", MASK);
        byte[] undisturbed = Files.readAllBytes(folder.resolve("coco.json"));
        Files.delete(folder.resolve("coco.json"));
        String line = "{\"file_name\":\"a.jpg\",\"width\":3,\"height\":2,\"annotations\":[{\"category\":\"bag\"," + RUNS
                + "}]}\n";
        Files.writeString(folder.resolve(".coco.json.journal"), line + line.substring(0, 40), CREATE, APPEND);
        try (ResultWriter writer =
                new ResultWriter(new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.COCO).settings())) {
            writer.finish();
        }
        assertThat(folder.resolve("coco.json")).hasBinaryContent(undisturbed);
        assertThat(folder).isDirectoryNotContaining("glob:**journal");
    }

    @Test
    void theOrderOfTheImagesDoesNotMatter() throws Exception {
        RgbImage photo = new RgbImage(MASK.size(), new byte[18]);
        for (List<String> order :
                List.of(List.of("a.jpg", "b.jpg", "c.jpg"), List.of("c.jpg", "a.jpg", "b.jpg", "a.jpg"))) {
            Path target = Files.createDirectory(folder.resolve(String.valueOf(order.size())));
            OutputSettings settings = new WrittenFiles(target, List.of(), 0, 0, OutputFormat.COCO).settings();
            try (ResultWriter writer = new ResultWriter(settings)) {
                for (String image : order) {
                    WrittenFiles.write(writer, settings, image, photo, MASK);
                }
                writer.finish();
            }
        }
        assertThat(folder.resolve("3/coco.json")).hasSameBinaryContentAs(folder.resolve("4/coco.json"));
    }

    @Test
    void aRunThatWasStoppedEndsWithTheIdsOfAnUndisturbedOne() throws Exception {
        run("b.jpg", "bag", MASK);
        RgbImage photo = new RgbImage(MASK.size(), new byte[18]);
        OutputSettings settings = new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.COCO).settings();
        byte[] before = Files.readAllBytes(folder.resolve("coco.json"));
        try (ResultWriter stopped = new ResultWriter(settings)) {
            WrittenFiles.write(stopped, settings, "c.jpg", photo, MASK);
            assertThat(stopped.knows(Path.of("c.jpg"))).isFalse();
        }
        assertThat(folder.resolve("coco.json")).hasBinaryContent(before);
        try (ResultWriter resumed = new ResultWriter(settings)) {
            assertThat(resumed.knows(Path.of("a.jpg"))).isFalse();
            assertThat(List.of(Path.of("b.jpg"), Path.of("c.jpg"))).allMatch(resumed::knows);
            WrittenFiles.write(resumed, settings, "a.jpg", photo, MASK);
            resumed.finish();
        }
        assertThat(lines()).containsSubsequence(start(1, "b.jpg"), start(2, "a.jpg"), start(3, "c.jpg"));
        assertThat(folder).isDirectoryNotContaining("glob:**journal");
    }

    @Test
    void aFileThatIsNoneIsRefusedBeforeAnyWork() throws Exception {
        Path file = Files.writeString(folder.resolve("coco.json"), "{\"images\":\n[{\"id\":1}]}");
        assertThatThrownBy(() -> run("a.jpg", "bag", MASK))
                .isInstanceOf(OutputException.class)
                .hasMessageStartingWith(
                        "cannot write " + file + ": it exists and is not a COCO file (line 2: expected file_name");
        assertThat(file).hasContent("{\"images\":\n[{\"id\":1}]}");
    }

    @Test
    void twoRunsAtOnceAreRefused() throws Exception {
        OutputSettings settings = new WrittenFiles(folder, List.of(), 0, 0, OutputFormat.COCO).settings();
        try (ResultWriter _ = new ResultWriter(settings)) {
            assertThatThrownBy(() -> new ResultWriter(settings).close())
                    .hasMessageContaining("coco.json: another sam is writing it");
        }
    }

    private void run(String image, String category, BinaryMask... masks) throws Exception {
        new WrittenFiles(folder, List.of(category), 0, 0, OutputFormat.COCO).of(image, masks);
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(folder.resolve("coco.json")).stream()
                .map(line -> line.strip().replaceFirst(",$", ""))
                .toList();
    }
}
