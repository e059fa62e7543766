package org.samfast.cuda.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeluReferenceTest {
    // x, and the normal distribution's value at x from tables of 10 places
    @ParameterizedTest
    @CsvSource({"0, 0.5", "1, 0.8413447461", "-1, 0.1586552539", "2, 0.9772498681", "-3, 0.0013498980", "9, 1"})
    void isXTimesTheNormalDistribution(double x, double distribution) {
        assertThat(GeluReference.gelu(x)).isCloseTo(x * distribution, within(1e-9));
    }
}
