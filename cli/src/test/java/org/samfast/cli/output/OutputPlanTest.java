package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.samfast.cli.input.InputImage;

class OutputPlanTest {
    private static final Path HERE = Path.of("");
    private static final Set<OutputFormat> DEFAULT = EnumSet.of(OutputFormat.PNG, OutputFormat.OVERLAY);

    @Test
    void namesEveryFile() {
        assertThat(new OutputNames(HERE, HERE, "my.dog", EnumSet.allOf(OutputFormat.class), false).all(2))
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
        assertThat(new OutputNames(Path.of("out"), HERE, "dog", EnumSet.of(OutputFormat.PNG), true).all(2))
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
        assertThat(conflict(1, "dog.jpg", "cat.jpg", "dog.old.jpg")).isEmpty();
    }

    @Test
    void imagesThatDifferInTheirEndingKeepIt() {
        assertThat(plan(DEFAULT, "dog.jpg", "Dog.png", "cat.jpg").names())
                .extracting(OutputNames::stem)
                .containsExactly("dog.jpg", "Dog.png", "cat");
    }

    @Test
    void resultsLieInTheFolderOfTheirImageAndTheFileOfAllInThatOfTheRun() {
        OutputSettings settings = new OutputSettings(
                Path.of("out"), EnumSet.of(OutputFormat.RLE, OutputFormat.COCO), false, List.of(), 1, 0);
        InputImage image = new InputImage(Path.of("photos/a/dog.jpg"), Path.of("a"));
        OutputNames names = OutputPlan.of(settings, List.of(image)).names().getFirst();
        assertThat(names.file(OutputFormat.RLE)).isEqualTo(Path.of("out/a/dog.rle.json"));
        assertThat(names.file(OutputFormat.COCO)).isEqualTo(Path.of("out/coco.json"));
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
        return plan(formats, images).conflict(objects).orElse("");
    }

    private static OutputPlan plan(Set<OutputFormat> formats, String... images) {
        return OutputPlan.of(
                new OutputSettings(HERE, formats, false, List.of(), 1, 0),
                Stream.of(images)
                        .map(image -> new InputImage(Path.of(image), HERE))
                        .toList());
    }
}
