package org.samfast.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationSummaryTest {
    @TempDir
    Path folder;

    @Test
    void theBordersOfSizesAreThoseOfCoco() {
        assertThat(List.of(1L, 1024L, 1025L, 9216L, 9217L).stream().map(ObjectSize::of))
                .containsExactly(
                        ObjectSize.SMALL, ObjectSize.SMALL, ObjectSize.MEDIUM, ObjectSize.MEDIUM, ObjectSize.LARGE);
    }

    /** Of many independent values the interval is that of the normal distribution: mean ± 1.96 s / √n. */
    @Test
    void theIntervalOfManyValuesIsThatOfTheNormalDistribution() {
        Random random = new Random(3);
        List<List<Double>> values = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            values.add(List.of(0.5 + 0.1 * random.nextGaussian()));
        }
        Bootstrap.Interval interval = Bootstrap.ofMean(values);
        assertThat(interval.low()).isCloseTo(0.5 - 0.0098, within(0.012));
        assertThat(interval.high() - interval.low()).isCloseTo(2 * 1.96 * 0.1 / 20, within(0.002));
    }

    @Test
    void objectsOfOneImageAreDrawnTogether() {
        Bootstrap.Interval interval = Bootstrap.ofMean(List.of(List.of(0.0, 0.0), List.of(1.0, 1.0)));
        assertThat(interval).isEqualTo(new Bootstrap.Interval(0, 1));
    }

    @Test
    void meansAreAlsoOfEachSizeOnly() throws Exception {
        List<String> lines = new EvaluationSummary(List.of(score(1, 100, 0.25), score(2, 10_000, 0.75)), null).lines();
        assertThat(lines.get(1)).startsWith("click, best score     0.5000  0.2500 to 0.7500  0.2500       -  0.7500");
        assertThat(lines).last().isEqualTo("2 annotations on 2 images");
    }

    @Test
    void aComparisonIsPairedByAnnotation() throws Exception {
        List<AnnotationScore> before = List.of(score(1, 100, 0.2), score(2, 100, 0.8));
        List<AnnotationScore> now = List.of(score(1, 100, 0.3), score(2, 100, 0.9));
        EarlierScores earlier = EarlierScores.read(written(before));
        assertThat(new EvaluationSummary(now, earlier).lines())
                .contains("box                  +0.1000  +0.1000 to +0.1000");
        assertThatIOException()
                .isThrownBy(() -> new EvaluationSummary(List.of(score(3, 1, 0)), earlier).lines())
                .withMessageContaining("annotation 3 of 3.jpg is not there");
    }

    @Test
    void anotherFileIsNoEarlierRun() throws Exception {
        Path other = Files.writeString(folder.resolve("other.csv"), "a,b\n");
        assertThatIOException()
                .isThrownBy(() -> EarlierScores.read(other))
                .withMessageContaining("expected the columns image,annotation,click,click_best3,click_single,box");
        Path cut = Files.writeString(folder.resolve("cut.csv"), ScoresCsv.header() + "\na.jpg,1,0.5\n");
        assertThatIOException().isThrownBy(() -> EarlierScores.read(cut)).withMessageContaining("line 2");
    }

    private Path written(List<AnnotationScore> scores) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ScoresCsv.write(out, scores);
        return Files.writeString(folder.resolve("scores.csv"), out.toString(StandardCharsets.UTF_8));
    }

    private static AnnotationScore score(long id, long area, double iou) {
        Map<PromptKind, Double> all = new EnumMap<>(PromptKind.class);
        for (PromptKind kind : PromptKind.values()) {
            all.put(kind, iou);
        }
        return new AnnotationScore(id + ".jpg", id, id, area, all, Map.of(), Map.of());
    }
}
