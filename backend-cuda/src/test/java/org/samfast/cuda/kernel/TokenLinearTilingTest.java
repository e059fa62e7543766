package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.samfast.cuda.device.Block;
import org.samfast.cuda.device.Element;
import org.samfast.cuda.device.Grid;
import org.samfast.cuda.kernel.TokenLinear.Form;
import org.samfast.cuda.kernel.TokenLinear.Tiling;

class TokenLinearTilingTest {
    @Test
    void fewRowsTakeSmallBlocks() {
        assertThat(Tiling.choose(Element.BF16, Form.LINEAR, 1, 2048, 256, 1)).isEqualTo(Tiling.FEW);
        assertThat(Tiling.choose(Element.BF16, Form.LINEAR, 256, 2048, 256, 1)).isEqualTo(Tiling.FEW);
        assertThat(Tiling.choose(Element.BF16, Form.LINEAR, 257, 256, 256, 1)).isEqualTo(Tiling.MANY);
    }

    @Test
    void manyOutputsOfOneSlabTakeLargeTiles() {
        assertThat(Tiling.choose(Element.BF16, Form.LINEAR, 257, 2048, 256, 1)).isEqualTo(Tiling.LARGE);
        assertThat(Tiling.choose(Element.BF16, Form.LINEAR, 257, 256, 256, 3)).isEqualTo(Tiling.LARGE);
        assertThat(Tiling.choose(Element.BF16, Form.LINEAR, 257, 1024, 2048, 1)).isEqualTo(Tiling.MANY);
        assertThat(Tiling.choose(Element.FP32, Form.LINEAR, 257, 2048, 256, 1)).isEqualTo(Tiling.MANY);
        assertThat(Tiling.choose(Element.BF16, Form.REDUCE, 257, 2048, 256, 1)).isEqualTo(Tiling.MANY);
        assertThat(Tiling.LARGE.grid(Element.BF16, 1792, 2048, 1)).isEqualTo(Grid.of(16, 28));
        assertThat(Tiling.LARGE.block(Element.BF16, 256)).isEqualTo(Block.of(256));
        assertThat(Tiling.LARGE.sharedBytes(256)).isEqualTo(99 << 10);
    }

    @Test
    void theGridCoversTheOutput() {
        assertThat(Tiling.FEW.grid(Element.FP32, 17, 33, 1)).isEqualTo(Grid.of(2, 2));
        assertThat(Tiling.FEW.grid(Element.BF16, 17, 33, 3)).isEqualTo(Grid.of(3, 2, 3));
        assertThat(Tiling.MANY.grid(Element.BF16, 320, 4, 5)).isEqualTo(Grid.of(1, 10, 5));
    }

    @Test
    void aWarpOfFewRowsHasASlabOfItsOwn() {
        assertThat(Tiling.FEW.block(Element.BF16, 256)).isEqualTo(Block.of(32));
        assertThat(Tiling.FEW.block(Element.BF16, 288)).isEqualTo(Block.of(64));
        assertThat(Tiling.FEW.block(Element.BF16, 4096)).isEqualTo(Block.of(128));
        assertThat(Tiling.FEW.sharedBytes(2048)).isEqualTo(4 * 32 * 528);
        assertThat(Tiling.MANY.sharedBytes(256)).isEqualTo(96 * 528);
        assertThat(Tiling.MANY.sharedBytes(2048)).isEqualTo(2 * 96 * 528);
    }
}
