package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.kernel.TokenLinear.Tiling;

class TokenLinearTilingTest {
    @Test
    void fewRowsTakeSmallBlocks() {
        assertThat(Tiling.choose(1)).isEqualTo(Tiling.FEW);
        assertThat(Tiling.choose(256)).isEqualTo(Tiling.FEW);
        assertThat(Tiling.choose(257)).isEqualTo(Tiling.MANY);
    }

    @Test
    void theGridCoversTheOutput() {
        assertThat(Tiling.FEW.grid(17, 33)).isEqualTo(Grid.of(2, 2));
        assertThat(Tiling.MANY.grid(320, 4)).isEqualTo(Grid.of(1, 10));
    }
}
