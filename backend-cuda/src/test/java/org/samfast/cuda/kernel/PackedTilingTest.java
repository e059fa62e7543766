package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PackedTilingTest {
    private static final int H100 = 132;

    @ParameterizedTest
    @EnumSource(PackedTiling.class)
    void blocksComeInPairsAndAreNoMoreThanTiles(PackedTiling tiling) {
        assertThat(tiling.blocks(1, 16, H100)).isEqualTo(2);
        assertThat(tiling.blocks(32768, 1280, H100)).isEqualTo(132);
        assertThat(tiling.blocks(32768, 1280, 131)).isEqualTo(130);
        assertThat(tiling.blocks(1, 2 * tiling.tileRows() + 16, H100)).isEqualTo(4);
    }

    /** What the kernels take, as encoder/tiled_product.cuh divides it. */
    @Test
    void sharedMemoryIsThatOfTheKernel() {
        int fixed = 1024 + 512;
        assertThat(PackedTiling.TURNS_128X192.sharedBytes(PackedForm.INT8, false))
                .isEqualTo(fixed + 2 * 192 * 4 + 4 * 40960 + 8 * 8192);
        assertThat(PackedTiling.TURNS_128X192.sharedBytes(PackedForm.INT8, true))
                .isEqualTo(fixed + 2 * 192 * 4 + 4 * 40960 + 8 * 4096);
        assertThat(PackedTiling.TOGETHER_128X256.sharedBytes(PackedForm.INT8, false))
                .isEqualTo(fixed + 256 * 4 + 4 * 49152 + 4 * 8192);
        assertThat(PackedTiling.TOGETHER_256X192.sharedBytes(PackedForm.SPARSE24, false))
                .isEqualTo(fixed + 4 * (16384 + 24576 + 2048) + 4 * 8192);
        assertThat(PackedTiling.TURNS_128X160.sharedBytes(PackedForm.INT8_SPARSE24, false))
                .isEqualTo(fixed + 2 * 160 * 4 + 6 * (8192 + 20480 + 2048) + 10 * 4096);
    }

    /** What was fastest on an H100 for the Linears of ViT-B and H, batches of 8 and 1 (docs/kernels.md). */
    @ParameterizedTest
    @CsvSource({
        "32768, 2304, 768, TURNS_128X192",
        "32768, 768, 768, TURNS_128X192",
        "32768, 3072, 768, TURNS_128X192",
        "32768, 768, 3072, TURNS_128X192",
        "32768, 3840, 1280, TURNS_128X192",
        "32768, 1280, 1280, TURNS_128X192",
        "32768, 5120, 1280, TURNS_128X192",
        "32768, 1280, 5120, TURNS_128X192",
        "4096, 2304, 768, TURNS_128X192",
        "4096, 768, 3072, TURNS_128X192",
        "4096, 3840, 1280, TURNS_128X192",
        "4096, 1280, 1280, TURNS_128X160",
        "4096, 1280, 5120, TURNS_128X160"
    })
    void int8TakesTheFastest(int m, int n, int k, PackedTiling fastest) {
        assertThat(PackedTiling.choose(PackedForm.INT8, m, n, k, H100)).isEqualTo(fastest);
    }

    @ParameterizedTest
    @EnumSource(PackedTiling.class)
    void boxesAreWhatTheCopyEngineTakes(PackedTiling tiling) {
        assertThat(tiling.tileRows()).isBetween(1, 256);
        assertThat(tiling.tokenRows()).isBetween(1, 256);
        assertThat(tiling.tokenRows() % 8).isZero();
        for (PackedForm form : PackedForm.values()) {
            assertThat(tiling.sharedBytes(form, false)).isLessThanOrEqualTo(227 << 10);
        }
    }
}
