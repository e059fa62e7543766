package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutputPlanTest {
    private static final Path HERE = Path.of("");
    private static final Set<OutputFormat> DEFAULT = EnumSet.of(OutputFormat.PNG, OutputFormat.OVERLAY);

    @Test
    void namesEveryFile() {
        assertThat(OutputNames.of(HERE, Path.of("photos/my.dog.jpg"), EnumSet.allOf(OutputFormat.class), false)
                        .all(2))
                .extracting(Path::toString)
                .containsExactlyInAnyOrder(
                        "my.dog.mask.png",
                        "my.dog.obj2.mask.png",
                        "my.dog.merged.png",
                        "my.dog.index.png",
                        "my.dog.overlay.png",
                        "my.dog.cutout.png",
                        "my.dog.obj2.cutout.png",
                        "my.dog.polygons.json",
                        "my.dog.txt",
                        "my.dog.geojson",
                        "my.dog.svg",
                        "my.dog.rle.json",
                        "my.dog.json",
                        "my.dog.logits.safetensors",
                        "my.dog.obj2.logits.safetensors");
        assertThat(OutputNames.of(Path.of("out"), Path.of("dog"), EnumSet.of(OutputFormat.PNG), true)
                        .all(2))
                .extracting(Path::getFileName)
                .extracting(String::valueOf)
                .containsExactly(
                        "dog.mask1.png",
                        "dog.mask2.png",
                        "dog.mask3.png",
                        "dog.obj2.mask1.png",
                        "dog.obj2.mask2.png",
                        "dog.obj2.mask3.png");
    }

    @Test
    void differentNamesDoNotConflict() {
        assertThat(conflict(1, "a/dog.jpg", "b/cat.jpg", "b/dog.old.jpg")).isEmpty();
    }

    @Test
    void twoImagesOfOneStemConflict() {
        assertThat(conflict(1, "a/dog.jpg", "b/dog.png"))
                .isEqualTo("a/dog.jpg and b/dog.png would both write dog.mask.png;"
                        + " segment them in two runs with different --out folders");
    }

    @Test
    void aNameLikeThatOfASecondObjectConflicts() {
        assertThat(conflict(2, "dog.jpg", "dog.obj2.jpg")).contains("would both write dog.obj2.mask.png");
        assertThat(conflict(1, "dog.jpg", "dog.obj2.jpg")).isEmpty();
    }

    @Test
    void anInputIsNotOverwritten() {
        assertThat(conflict(1, "dog.jpg", "./dog.overlay.png"))
                .isEqualTo("dog.jpg: its output dog.overlay.png would overwrite an input;"
                        + " choose another folder with --out");
    }

    @Test
    void theFileOfAllImagesIsNotThatOfOne() {
        assertThat(conflict(EnumSet.of(OutputFormat.COCO, OutputFormat.JSON), 1, "dog.jpg", "coco.jpg"))
                .isEqualTo("coco.jpg: its output coco.json is also the file of all images;"
                        + " write the two formats in two runs with different --out folders");
        assertThat(conflict(EnumSet.of(OutputFormat.YOLO), 1, "classes.jpg")).contains("classes.txt");
        assertThat(conflict(EnumSet.of(OutputFormat.COCO), 1, "coco.jpg", "dog.jpg"))
                .isEmpty();
    }

    private static String conflict(int objects, String... images) {
        return conflict(DEFAULT, objects, images);
    }

    private static String conflict(Set<OutputFormat> formats, int objects, String... images) {
        return new OutputPlan(new OutputSettings(HERE, formats, false, List.of(), 1, 0), objects)
                .conflict(Stream.of(images).map(Path::of).toList())
                .orElse("");
    }
}
