package org.samfast.cuda.kernel;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The tilings of encoder/linear.cu, and the choice among them. It changes the time only: every tiling sums k in the same
 * order. The prediction is in clocks: rounds of tiles over the multiprocessors, each a product (64x8x16 in 4 clocks at best)
 * and what is left of its finish. Its constants were fitted to an H100 at batch 1 and 8 of ViT-B, L and H, where the choice is
 * within 5% of the fastest, on average 0.3% (docs/kernels.md).
 */
enum LinearTiling {
    /** Both consumers on one tile, the widest; nothing is multiplied while it is finished. */
    TOGETHER_128X256("together_128x256", 64, 256, false, 2, 0.92),
    /** Each consumer has a tile, and finishes it while the other multiplies. */
    TURNS_128X192("turns_128x192", 128, 192, true, 4, 0.94),
    TURNS_128X160("turns_128x160", 128, 160, true, 5, 0.94);

    private static final int SLICE = 64;
    private static final int CLUSTER = 2;
    /** From an empty pipeline to the first product. */
    private static final int FILL_CLOCKS = 2500;
    /** To finish 64 rows of 64 columns: by one consumer, by two at the same time. */
    private static final int FINISH_CLOCKS = 1000;

    private static final int FINISH_TOGETHER_CLOCKS = 1300;

    private static final int SHARED_BYTES = 227 << 10;
    private static final int ALIGNMENT_BYTES = 1024;
    private static final int BARRIER_BYTES = 512;

    private final String suffix;
    private final int consumerRows;
    private final int columns;
    private final boolean inTurns;
    private final int slabs;
    /** Of the products per clock that the tensor cores can do. */
    private final double rate;

    LinearTiling(String suffix, int consumerRows, int columns, boolean inTurns, int slabs, double rate) {
        this.suffix = suffix;
        this.consumerRows = consumerRows;
        this.columns = columns;
        this.inTurns = inTurns;
        this.slabs = slabs;
        this.rate = rate;
    }

    /** The one predicted to be done first. */
    static LinearTiling choose(int m, int n, int k, int multiprocessors) {
        return Arrays.stream(values())
                .min(Comparator.comparingDouble(tiling -> tiling.clocks(m, n, k, multiprocessors)))
                .orElseThrow();
    }

    double clocks(int m, int n, int k, int multiprocessors) {
        int rounds = Math.ceilDiv(clusterTiles(m, n), multiprocessors / CLUSTER);
        double product = Math.ceilDiv(k, SLICE) * (SLICE / 16) * (tileRows() / 64) * (columns / 2) / rate;
        double finish = (inTurns ? FINISH_CLOCKS : FINISH_TOGETHER_CLOCKS) * (consumerRows / 64.0) * (columns / 64.0);
        return inTurns
                ? FILL_CLOCKS + rounds * Math.max(product, (product + finish) / 2) + finish
                : FILL_CLOCKS + rounds * (product + finish);
    }

    /** A cluster of two blocks computes two tiles, one above the other. */
    private int clusterTiles(int m, int n) {
        return Math.ceilDiv(m, CLUSTER * tileRows()) * Math.ceilDiv(n, columns);
    }

    /** No more blocks than tiles; each computes several where there are not enough multiprocessors. */
    int blocks(int m, int n, int multiprocessors) {
        return CLUSTER * Math.min(multiprocessors / CLUSTER, clusterTiles(m, n));
    }

    String entry() {
        return "linear_bf16_sm90_" + suffix;
    }

    String measuredEntry() {
        return "linear_measured_bf16_sm90_" + suffix;
    }

    String normedEntry() {
        return "linear_normed_bf16_sm90_" + suffix;
    }

    /** Rows of the tile of a block: the box of the input. */
    int tileRows() {
        return inTurns ? consumerRows : 2 * consumerRows;
    }

    /** Rows of the weight that one block of the two loads. */
    int weightRows() {
        return columns / CLUSTER;
    }

    /** The box of output and residual: as wide as the tile's width allows. */
    int slabColumns() {
        return columns % 64 == 0 ? 64 : 32;
    }

    static int slabRows() {
        return 64;
    }

    /** As the kernel divides it: stages, slabs, barriers. */
    int sharedBytes() {
        int stage = (tileRows() + columns) * SLICE * 2;
        int fixed = ALIGNMENT_BYTES + BARRIER_BYTES + 2 * slabs * slabRows() * slabColumns() * 2;
        return fixed + (SHARED_BYTES - fixed) / stage * stage;
    }
}
