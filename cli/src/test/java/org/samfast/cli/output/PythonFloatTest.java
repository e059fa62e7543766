package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against {@code str(float)} of Python 3.11. */
class PythonFloatTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0",
                "-0.0",
                "1.0",
                "0.1",
                "0.8999999761581421",
                "0.001",
                "0.0001",
                "1e-05",
                "1.5e-05",
                "123456.0",
                "10000000.0",
                "1250000000000000.0",
                "1000000000000000.0",
                "1e+16",
                "9999999999999998.0",
                "1.2345678901234568e+16",
                "1.25e+23",
                "2.2250738585072014e-308",
                "1.7976931348623157e+308",
                "100.0",
                "-2.5"
            })
    void writesWhatPythonWrites(String text) {
        assertThat(PythonFloat.text(Double.parseDouble(text))).isEqualTo(text);
    }

    @Test
    void writesWhatIsNoNumberAsPythonDoes() {
        assertThat(PythonFloat.text(Double.NaN)).isEqualTo("nan");
        assertThat(PythonFloat.text(Double.POSITIVE_INFINITY)).isEqualTo("inf");
        assertThat(PythonFloat.text(Double.NEGATIVE_INFINITY)).isEqualTo("-inf");
    }

    @Test
    void aWholeNumberMayBeAFloat() {
        assertThat(PythonFloat.whole(12, false)).isEqualTo("12");
        assertThat(PythonFloat.whole(12, true)).isEqualTo("12.0");
    }
}
