package org.samfast.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bfloat16Test {
    @Test
    void everyBfloat16SurvivesTheWayThereAndBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Bfloat16.widen((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Bfloat16.round(value)).isEqualTo((short) bits);
            }
        }
    }

    // between two neighbours the nearer, in the middle the one whose last bit is 0; past the largest, infinity
    @ParameterizedTest
    @CsvSource({
        "3f808000, 3f80",
        "3f808001, 3f81",
        "3f818000, 3f82",
        "bf808000, bf80",
        "3f807fff, 3f80",
        "7f7fffff, 7f80",
        "00008000, 0000",
        "7f800000, 7f80",
        "7f800001, 7fc0",
        "ffffffff, ffff"
    })
    void roundsToTheNearestEven(String single, String half) {
        float value = Float.intBitsToFloat(Integer.parseUnsignedInt(single, 16));
        assertThat(Bfloat16.round(new float[] {value})[0]).isEqualTo((short) Integer.parseInt(half, 16));
    }
}
