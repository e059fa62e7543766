package org.samfast.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
    @ParameterizedTest
    @CsvSource({
        "12, 500, 12, 4, 'image 12/500  3.00/s  2:43 left'",
        "490, 500, 1, 10, 'image 490/500  0.10/s  1:40 left'",
        "1, 50000, 1, 1, 'image 1/50000  1.00/s  13:53:19 left'",
        "0, 50, 0, 1, 'image 0/50  0.00/s'",
    })
    void saysHowManyHowFastAndHowLong(int through, int images, int timed, double seconds, String expected) {
        assertThat(Progress.text(through, images, timed, seconds)).isEqualTo(expected);
    }
}
