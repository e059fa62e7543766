package org.samfast.everything;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutomaticMaskOptionsTest {
    @Test
    void defaultsAreTheOriginals() {
        AutomaticMaskOptions options = AutomaticMaskOptions.DEFAULT;
        assertThat(options.pointGrids()).containsExactly(PointGrid.regular(32));
        assertThat(options)
                .isEqualTo(new AutomaticMaskOptions(
                        options.pointGrids(), 64, 0.88, 0.95, 1, 0.7, 0, 0.7, 512.0 / 1500, 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0|0.5|0.3|0|points_per_batch: expected 1 or more, got 0",
                "1|9|0.5|0.3|0|crop_n_layers: expected 0 to 8, got 9",
                "1|1|0.5|0.3|0|point_grids: expected one for the image and each of 1 crop layers, got 1",
                "1|0|0.5|1|0|crop_overlap_ratio: expected at least 0 and below 1, got 1.0",
                "1|0|0.5|0.3|-1|min_mask_region_area: expected 0 or more, got -1",
                "1|0|NaN|0.3|0|pred_iou_thresh: expected a number, got NaN"
            })
    void whatCannotBeMetIsRefused(
            int batch, int layers, double threshold, double overlap, int minArea, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AutomaticMaskOptions(
                        PointGrid.layers(2, 0, 1), batch, threshold, 0.5, 1, 0.7, layers, 0.7, overlap, minArea))
                .withMessage(sentence);
    }
}
