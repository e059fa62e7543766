package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final double NO_BUDGET = Double.POSITIVE_INFINITY;

    @Test
    void thePassesShareTheRoundsAndOnlyTheFirstWarmsUpLong() {
        Rounds rounds = new Rounds(10, 50, 5, NO_BUDGET);
        assertThat(rounds.total(0)).isEqualTo(20);
        assertThat(rounds.total(1)).isEqualTo(11);
        assertThat(new Rounds(0, 7, 5, NO_BUDGET).total(1)).isEqualTo(2);
    }

    @Test
    void aPassEndsEarlyWhenItsTimeIsOverButNotBeforeThreeCount() {
        Rounds rounds = new Rounds(2, 10, 1, 12);
        assertThat(rounds.ends(0, 4, 100)).isFalse();
        assertThat(rounds.ends(0, 5, 11.9)).isFalse();
        assertThat(rounds.ends(0, 5, 12.1)).isTrue();
        assertThat(rounds.ends(0, 12, 1)).isTrue();
        assertThat(new Rounds(2, 10, 1, NO_BUDGET).ends(0, 11, 1e9)).isFalse();
    }
}
