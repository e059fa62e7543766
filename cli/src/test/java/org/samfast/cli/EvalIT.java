package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamProcess.Ended;
import org.samfast.cli.eval.CocoAnnotation;
import org.samfast.cli.eval.CocoFileReader;
import org.samfast.cli.eval.CocoImage;
import org.samfast.cli.eval.PromptKind;

/** The built-in model, on whatever backend this machine chooses, against what PyTorch reaches with it. */
class EvalIT {
    private static final Path EVAL = Path.of(System.getProperty("sam.testdata"), "eval");
    private static final double TOLERANCE = 0.005;

    @TempDir
    Path folder;

    @Test
    void everyAnnotationReachesItsReferenceIou() throws Exception {
        Ended ended = SamProcess.in(folder)
                .run(
                        "eval",
                        "--coco",
                        EVAL.resolve("annotations.json").toString(),
                        "--images",
                        EVAL.toString(),
                        "--per-annotation",
                        "scores.csv");
        assertThat(ended.stderr()).doesNotContain("sam: ");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout()).startsWith("prompt ").endsWith("92 annotations on 12 images\n");
        List<String> rows = Files.readAllLines(folder.resolve("scores.csv"));
        assertThat(rows.getFirst()).isEqualTo("image,annotation,click,click_best3,click_single,box");
        assertThat(rows).hasSize(1 + 92);
        int row = 1;
        for (CocoImage image : CocoFileReader.read(EVAL.resolve("annotations.json"))) {
            for (CocoAnnotation annotation : image.annotations()) {
                compare(rows.get(row++), annotation);
            }
        }
    }

    private static void compare(String row, CocoAnnotation annotation) {
        List<String> cells = Arrays.asList(row.split(",", -1));
        assertThat(cells.get(1)).isEqualTo(String.valueOf(annotation.id()));
        int column = 2;
        for (PromptKind kind : PromptKind.values()) {
            double iou = Double.parseDouble(cells.get(column++));
            assertThat(Math.abs(iou - annotation.referenceIou().getOrDefault(kind, Double.NaN)))
                    .as("%s of %s", kind, row)
                    .isLessThanOrEqualTo(TOLERANCE);
        }
    }
}
