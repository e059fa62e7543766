package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.input.InputImage;
import org.samfast.everything.AutomaticMask;
import org.samfast.everything.AutomaticMasks;
import org.samfast.image.CropBox;
import org.samfast.image.Size;
import org.samfast.mask.MaskEdges;
import org.samfast.mask.RunLength;
import org.samfast.prompt.ImagePoint;

/** The files of everything mode against those that scripts/amg.py itself wrote: testdata/golden/everything/amg.csv and .json. */
class MaskTreeTest {
    private static final Path GOLDEN = Path.of(System.getProperty("sam.testdata"), "golden/everything");
    private static final Pattern COUNTS = Pattern.compile("\"counts\": \"([^\"]*)\"");
    private static final Size SIZE = new Size(800, 534);

    private static final InputImage GROCERIES = new InputImage(Path.of("groceries.jpg"), Path.of(""));

    @TempDir
    Path folder;

    private AutomaticMasks masks;

    @BeforeEach
    void theMasksOfTheGoldenFiles() throws Exception {
        Matcher counts = COUNTS.matcher(Files.readString(GOLDEN.resolve("amg.json")));
        List<AutomaticMask> found = new ArrayList<>();
        for (String row : Files.readAllLines(GOLDEN.resolve("amg.csv")).subList(1, 5)) {
            assertThat(counts.find()).isTrue();
            found.add(mask(row.split(","), counts.group(1).replace("\\\\", "\\")));
        }
        masks = new AutomaticMasks(found, true, false);
    }

    @Test
    void metadataIsByteForByteAmgs() throws Exception {
        Path written = new MaskTree(folder, false).write(GROCERIES, masks);
        assertThat(written).isEqualTo(folder.resolve("groceries")).isDirectoryContaining("glob:**/3.png");
        assertThat(written.resolve("metadata.csv")).hasSameBinaryContentAs(GOLDEN.resolve("amg.csv"));
    }

    @Test
    void jsonIsByteForByteAmgs() throws Exception {
        Path written = new MaskTree(folder, true).write(GROCERIES, masks);
        assertThat(written).isEqualTo(folder.resolve("groceries.json"));
        assertThat(written).hasSameBinaryContentAs(GOLDEN.resolve("amg.json"));
    }

    private static AutomaticMask mask(String[] cells, String counts) {
        int left = number(cells[2]);
        int top = number(cells[3]);
        return new AutomaticMask(
                RunLength.parse(SIZE, counts),
                new MaskEdges(left, top, left + number(cells[4]), top + number(cells[5])),
                Float.parseFloat(cells[8]),
                new ImagePoint(Double.parseDouble(cells[6]), Double.parseDouble(cells[7]), true),
                Float.parseFloat(cells[9]),
                CropBox.whole(SIZE));
    }

    private static int number(String cell) {
        return (int) Double.parseDouble(cell);
    }
}
