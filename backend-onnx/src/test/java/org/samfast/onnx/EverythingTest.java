package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.SamBackend;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.everything.AutomaticMask;
import org.samfast.everything.AutomaticMaskGenerator;
import org.samfast.everything.AutomaticMaskOptions;
import org.samfast.everything.AutomaticMasks;
import org.samfast.everything.PointGrid;
import org.samfast.image.ImageReader;
import org.samfast.image.RgbImage;
import org.samfast.mask.RunLength;

/** Everything mode against records of segment-anything's own generator, made by testdata/golden/everything/make.py. */
class EverythingTest {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static Checkpoint weights;
    private static SamBackend backend;

    @BeforeAll
    static void open(@TempDir Path cache) throws Exception {
        weights = Checkpoint.open(TESTDATA.resolveSibling("models/sam_vit_t.bf16.safetensors"));
        backend = new OnnxBackendProvider().open(weights, new BackendOptions(0, cache, null, null));
    }

    @AfterAll
    static void close() {
        backend.close();
        weights.close();
    }

    /** One row: min area, area, box, point, predicted IoU, stability score, crop box, run lengths. */
    private record Golden(String[] cells) {
        static List<Golden> of(String name, int minArea) throws IOException {
            return Files.readAllLines(TESTDATA.resolve("golden/everything/" + name + ".tsv")).stream()
                    .map(line -> new Golden(line.split("\t")))
                    .filter(row -> row.cells[0].equals(String.valueOf(minArea)))
                    .toList();
        }

        void check(AutomaticMask mask, String box, String crop) {
            RunLength runs = RunLength.parse(mask.segmentation().size(), cells[7]);
            assertThat(mask.segmentation().mask().iou(runs.mask())).isGreaterThan(0.9999);
            assertThat(mask.area()).isCloseTo(Long.parseLong(cells[1]), within(2L));
            assertThat(box).isEqualTo(cells[2]);
            assertThat(mask.point().x() + "," + mask.point().y()).isEqualTo(cells[3]);
            assertThat(mask.predictedIou()).isCloseTo(Float.parseFloat(cells[4]), within(1e-4f));
            assertThat(mask.stabilityScore()).isCloseTo(Float.parseFloat(cells[5]), within(1e-3f));
            assertThat(crop).isEqualTo(cells[6]);
        }
    }

    @ParameterizedTest(name = "{0}, regions of at least {3} pixels")
    @CsvSource({"groceries_8_0,8,0,0", "groceries_8_0,8,0,100", "groceries_4_1,4,1,0"})
    void recordsAreTheOriginals(String name, int pointsPerSide, int layers, int minArea) throws Exception {
        AutomaticMaskOptions options = new AutomaticMaskOptions(
                PointGrid.layers(pointsPerSide, layers, 1), 16, 0.5, 0.8, 1, 0.7, layers, 0.7, 512.0 / 1500, minArea);
        AutomaticMasks found = new AutomaticMaskGenerator(backend, options).generate(photo(name));
        List<Golden> golden = Golden.of(name, minArea);
        assertThat(found.masks()).hasSameSizeAs(golden).isNotEmpty();
        for (int i = 0; i < golden.size(); i++) {
            AutomaticMask mask = found.masks().get(i);
            var box = mask.box();
            var crop = mask.crop();
            golden.get(i)
                    .check(
                            mask,
                            numbers(
                                    found.floatBoxes(),
                                    box.left(),
                                    box.top(),
                                    box.right() - box.left(),
                                    box.bottom() - box.top()),
                            numbers(
                                    found.floatCropBoxes(),
                                    crop.x0(),
                                    crop.y0(),
                                    crop.x1() - crop.x0(),
                                    crop.y1() - crop.y0()));
        }
    }

    @Test
    void theSizeOfABatchChangesNothingButTime() throws Exception {
        assertThat(generate(3).masks()).isEqualTo(generate(64).masks()).isNotEmpty();
    }

    private static AutomaticMasks generate(int pointsPerBatch) throws IOException {
        return new AutomaticMaskGenerator(
                        backend,
                        new AutomaticMaskOptions(
                                PointGrid.layers(4, 0, 1), pointsPerBatch, 0.3, 0.5, 1, 0.7, 0, 0.7, 0.3, 0))
                .generate(photo("groceries"));
    }

    private static RgbImage photo(String name) throws IOException {
        return ImageReader.read(
                TESTDATA.resolve("images/" + name.replaceFirst("_.*", "") + ".jpg"), ImageReader.DEFAULT_PIXEL_LIMIT);
    }

    private static String numbers(boolean asFloat, int... values) {
        return String.join(
                ",",
                java.util.Arrays.stream(values)
                        .mapToObj(value -> asFloat ? value + ".0" : String.valueOf(value))
                        .toList());
    }
}
