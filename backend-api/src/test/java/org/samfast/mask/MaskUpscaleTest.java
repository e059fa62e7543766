package org.samfast.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.MethodSource;
import org.samfast.TestImages;
import org.samfast.file.Sha256;
import org.samfast.image.Size;

/** Against torch.nn.functional.interpolate, twice. */
class MaskUpscaleTest {
    /** One float32 rounding of the largest logit of a wave. */
    private static final double ULP = Math.ulp(17f);

    static Stream<String[]> upscales() {
        return TestImages.table("upscale.tsv");
    }

    @ParameterizedTest(name = "{0}x{1} output {2}")
    @MethodSource("upscales")
    void logitsAndMasksAreTorchs(ArgumentsAccessor row) {
        MaskPrediction prediction = waves(TestImages.size(row.getString(0), row.getString(1)));
        int output = row.getInteger(2);
        float[] logits = MaskUpscale.logits(prediction, 0, output);
        assertThat(norm(logits)).isCloseTo(row.getDouble(5), within(1e-6 * row.getDouble(5)));
        for (int i = 0; i < 8; i++) {
            int at = (int) (i * (logits.length - 1L) / 7);
            assertThat((double) logits[at]).isCloseTo(row.getDouble(6 + i), within(ULP));
        }
        ScoredMask mask = MaskUpscale.finish(prediction, new MaskRequest(List.of(List.of(output))))
                .getFirst();
        assertThat(mask.mask().area()).isEqualTo(row.getLong(4));
        assertThat(Sha256.of(mask.mask().pixels())).isEqualTo(row.getString(3));
    }

    @Test
    void masksComeInTheOrderOfTheRequest() {
        List<ScoredMask> masks = MaskUpscale.finish(waves(new Size(9, 7)), new MaskRequest(List.of(List.of(3, 0))));
        assertThat(masks).extracting(ScoredMask::output).containsExactly(3, 0);
        assertThat(masks).extracting(ScoredMask::quality).containsExactly(0.25f, 0.75f);
    }

    @Test
    void aRequestForAnotherNumberOfPromptsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MaskUpscale.finish(waves(new Size(9, 7)), new MaskRequest(List.of())))
                .withMessage("mask request: expected the outputs of 1 prompts, got 0");
    }

    private static MaskPrediction waves(Size size) {
        return new MaskPrediction(
                size, new LowResLogits(TestImages.waves(), 1), new float[] {0.75f, 0.5f, 0.5f, 0.25f});
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
