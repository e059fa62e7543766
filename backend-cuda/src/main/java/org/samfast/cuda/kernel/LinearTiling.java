package org.samfast.cuda.kernel;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The tilings of encoder/linear.cu, tokens by features, and the choice among them. It changes the time only: every tiling sums k in
 * the same order. The choice is within 5% of the fastest at batch 1 and 8 of ViT-B, L and H, on average 0.3% (docs/kernels.md).
 */
enum LinearTiling {
    /** The widest. */
    TOGETHER_128X256("together_128x256", 64, 256, false, 2, 0.92),
    TURNS_128X192("turns_128x192", 128, 192, true, 4, 0.94),
    TURNS_128X160("turns_128x160", 128, 160, true, 5, 0.94);

    private static final int SLICE = 64;

    private final TiledProduct product;
    /** Of the products per clock that the tensor cores can do. */
    private final double rate;

    LinearTiling(String suffix, int consumerRows, int columns, boolean inTurns, int slabs, double rate) {
        product = new TiledProduct(suffix, consumerRows, columns, inTurns, slabs);
        this.rate = rate;
    }

    /** The one predicted to be done first. */
    static LinearTiling choose(int m, int n, int k, int multiprocessors) {
        return Arrays.stream(values())
                .min(Comparator.comparingDouble(tiling -> tiling.clocks(m, n, k, multiprocessors)))
                .orElseThrow();
    }

    /** 64x8x16 in 4 clocks at best. */
    double clocks(int m, int n, int k, int multiprocessors) {
        double multiplying = Math.ceilDiv(k, SLICE) * (SLICE / 16) * (tileRows() / 64) * (product.columns() / 2) / rate;
        return product.clocks(m, n, multiprocessors, multiplying, 0);
    }

    int blocks(int m, int n, int multiprocessors) {
        return product.blocks(m, n, multiprocessors);
    }

    String entry() {
        return "linear_bf16_sm90_" + product.suffix();
    }

    String measuredEntry() {
        return "linear_measured_bf16_sm90_" + product.suffix();
    }

    String normedEntry() {
        return "linear_normed_bf16_sm90_" + product.suffix();
    }

    /** Rows of the tile of a block: the box of the input. */
    int tileRows() {
        return product.tileRows();
    }

    /** The weight's box. */
    int weightRows() {
        return product.loadedColumns();
    }

    /** The box of output and residual. */
    int slabColumns() {
        return product.slabColumns();
    }

    static int slabRows() {
        return TiledProduct.SLAB_ROWS;
    }

    int sharedBytes() {
        int stage = (tileRows() + product.columns()) * SLICE * 2;
        return product.sharedBytes(stage, slabRows() * slabColumns() * 2, 0);
    }
}
