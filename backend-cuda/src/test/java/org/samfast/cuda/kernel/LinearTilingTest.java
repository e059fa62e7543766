package org.samfast.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LinearTilingTest {
    private static final int H100 = 132;

    // batch 8 and batch 1; the fastest measured on an H100
    @ParameterizedTest
    @CsvSource({
        "32768, 2304, 768, TURNS_128X192",
        "32768, 768, 768, TURNS_128X192",
        "32768, 3072, 768, TURNS_128X192",
        "32768, 768, 3072, TURNS_128X192",
        "32768, 3840, 1280, TURNS_128X192",
        "32768, 1280, 1280, TURNS_128X160",
        "32768, 5120, 1280, TURNS_128X160",
        "32768, 1280, 5120, TURNS_128X160",
        "32768, 1024, 4096, TOGETHER_128X256",
        "4096, 768, 3072, TURNS_128X192",
        "4096, 1280, 1280, TURNS_128X160",
        "4096, 1280, 5120, TURNS_128X160"
    })
    void theTilingThatWasMeasuredToBeFastestIsChosen(int m, int n, int k, LinearTiling expected) {
        assertThat(LinearTiling.choose(m, n, k, H100)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(LinearTiling.class)
    void blocksComeInPairsAndAreNoMoreThanTiles(LinearTiling tiling) {
        assertThat(tiling.blocks(1, 8, H100)).isEqualTo(2);
        assertThat(tiling.blocks(32768, 1280, H100)).isEqualTo(132);
        assertThat(tiling.blocks(32768, 1280, 131)).isEqualTo(130);
        assertThat(tiling.blocks(2 * tiling.tileRows() + 1, 8, H100)).isEqualTo(4);
    }

    /** What the kernel takes, as encoder/linear.cu divides it. */
    @Test
    void sharedMemoryIsThatOfTheKernel() {
        assertThat(LinearTiling.TOGETHER_128X256.sharedBytes()).isEqualTo(1024 + 4 * 49152 + 4 * 8192 + 512);
        assertThat(LinearTiling.TURNS_128X192.sharedBytes()).isEqualTo(1024 + 4 * 40960 + 8 * 8192 + 512);
        assertThat(LinearTiling.TURNS_128X160.sharedBytes()).isEqualTo(1024 + 5 * 36864 + 10 * 4096 + 512);
    }

    @ParameterizedTest
    @EnumSource(LinearTiling.class)
    void boxesAreWhatTheCopyEngineTakes(LinearTiling tiling) {
        assertThat(tiling.tileRows()).isBetween(1, 256);
        assertThat(tiling.weightRows()).isBetween(1, 256);
        assertThat(tiling.weightRows() % 8).isZero();
        assertThat(tiling.slabColumns()).isIn(32, 64);
        assertThat(tiling.sharedBytes()).isLessThanOrEqualTo(227 << 10);
    }
}
