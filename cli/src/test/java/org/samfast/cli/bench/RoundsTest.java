package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
    @Test
    void theMedianIsOfTheRoundsAfterTheWarmUp() {
        double[] times = {900, 800, 3, 1, 2};
        List<Integer> told = new ArrayList<>();
        double median = new Rounds(2, 3).median(told::add, () -> times[told.size() - 1]);
        assertThat(median).isEqualTo(2);
        assertThat(told).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void ofAnEvenNumberItIsTheMeanOfTheMiddleTwo() {
        assertThat(new Rounds(1, 4).median(new double[] {1000, 4, 1, 3, 100})).isEqualTo(3.5);
    }
}
