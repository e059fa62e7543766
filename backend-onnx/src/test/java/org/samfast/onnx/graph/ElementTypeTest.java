package org.samfast.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ElementTypeTest {
    @Test
    void roundsToTheNearestBfloat16TiesToEven() {
        assertThat(ElementType.BFLOAT16.round(1f)).isEqualTo((short) 0x3f80);
        assertThat(ElementType.BFLOAT16.round(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(ElementType.BFLOAT16.round(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(ElementType.BFLOAT16.round(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
        assertThat(ElementType.BFLOAT16.round(-Float.MAX_VALUE)).isEqualTo((short) 0xff80);
        assertThat(ElementType.BFLOAT16.round(Float.intBitsToFloat(0x7f800001))).isEqualTo((short) 0x7fc0);
    }

    @Test
    void roundsToTheNearestFloat16() {
        assertThat(ElementType.FLOAT16.round(1f)).isEqualTo((short) 0x3c00);
        assertThat(ElementType.FLOAT16.round(65520f)).isEqualTo((short) 0x7c00);
    }
}
