package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutputPlanTest {
    private static final Path HERE = Path.of("");
    private static final Set<OutputFormat> DEFAULT = EnumSet.of(OutputFormat.PNG, OutputFormat.OVERLAY);

    @Test
    void namesEveryFile() {
        assertThat(OutputNames.of(HERE, Path.of("photos/my.dog.jpg")).all(EnumSet.allOf(OutputFormat.class), 2, false))
                .extracting(Path::toString)
                .containsExactlyInAnyOrder(
                        "my.dog.mask.png",
                        "my.dog.obj2.mask.png",
                        "my.dog.overlay.png",
                        "my.dog.rle.json",
                        "my.dog.json",
                        "my.dog.logits.safetensors",
                        "my.dog.obj2.logits.safetensors");
        assertThat(OutputNames.of(Path.of("out"), Path.of("dog")).all(EnumSet.of(OutputFormat.PNG), 2, true))
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

    private static String conflict(int objects, String... images) {
        return new OutputPlan(HERE, DEFAULT, objects, false)
                .conflict(Stream.of(images).map(Path::of).toList())
                .orElse("");
    }
}
