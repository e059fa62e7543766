package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SeriesTest {
    /** Expected: numpy.percentile([1, 2, 3, 4, 100, 5], [50, 95]), NumPy 2.3. */
    @Test
    void percentilesAreThoseOfNumPyOverAllPasses() {
        Series series = new Series(2).add(new double[] {900, 3, 1, 100}, 1).add(new double[] {800, 5, 2, 4}, 1);
        assertThat(series.p50()).isEqualTo(3.5);
        assertThat(series.p95()).isCloseTo(76.25, within(1e-9));
        assertThat(series.min()).isEqualTo(1);
        assertThat(series.max()).isEqualTo(100);
        assertThat(series.rate()).isCloseTo(2 / 0.0035, within(1e-9));
    }

    @Test
    void theRatioComparesPassWithPass() {
        Series slow = new Series(1)
                .add(new double[] {10}, 0)
                .add(new double[] {20}, 0)
                .add(new double[] {10}, 0);
        Series fast = new Series(4)
                .add(new double[] {20}, 0)
                .add(new double[] {20}, 0)
                .add(new double[] {16}, 0);
        assertThat(fast.over(slow)).isEqualTo(new Ratio(2.5, 2, 4));
        assertThat(fast.over(slow).text()).isEqualTo("2.50 (2.00-4.00)");
    }
}
