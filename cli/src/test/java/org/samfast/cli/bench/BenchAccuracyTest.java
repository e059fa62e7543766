package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchAccuracyTest {
    @Test
    void theRelativeErrorIsTheNormOfTheDifferenceOverTheNormOfTheReference() {
        assertThat(BenchAccuracy.relativeError(new float[] {3, 0, 4}, new float[] {0, 0, 4}))
                .isEqualTo(0.75);
    }
}
