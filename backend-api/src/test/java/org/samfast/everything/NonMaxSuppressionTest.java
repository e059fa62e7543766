package org.samfast.everything;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.mask.MaskEdges;

/** Against torchvision's nms, with equal scores and boxes without area. */
class NonMaxSuppressionTest {
    static Stream<String[]> boxes() {
        return GoldenRows.of("nms");
    }

    @ParameterizedTest(name = "threshold {0}")
    @MethodSource("boxes")
    void keepsTheSameBoxesInTheSameOrder(String threshold, String boxes, String scores, String kept) {
        List<MaskEdges> edges = Arrays.stream(boxes.split(" "))
                .map(NonMaxSuppressionTest::edges)
                .toList();
        String[] words = scores.split(" ");
        float[] values = new float[words.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(words[i]);
        }
        assertThat(NonMaxSuppression.keep(edges, values, Double.parseDouble(threshold)))
                .containsExactlyElementsOf(
                        Arrays.stream(GoldenRows.integers(kept, " ")).boxed().toList());
    }

    private static MaskEdges edges(String text) {
        int[] values = GoldenRows.integers(text, ",");
        return new MaskEdges(values[0], values[1], values[2], values[3]);
    }
}
