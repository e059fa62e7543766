package org.samfast.cuda.kernel;

import java.util.Arrays;
import java.util.Comparator;

/** The tilings of encoder/packed_linear.cuh, features by tokens, and the choice among them. It changes the time only. */
enum PackedTiling {
    TURNS_128X192("turns_128x192", 128, 192, true, 4, false),
    TURNS_128X160("turns_128x160", 128, 160, true, 5, false),
    TOGETHER_128X256("together_128x256", 64, 256, false, 2, false),
    TOGETHER_256X192("together_256x192", 128, 192, false, 2, true);

    /** What a tile of int8 costs beside its products and its finish. Sparse tiles were fitted without it. */
    private static final int TILE_CLOCKS = 1500;

    private final TiledProduct product;
    private final boolean sparseOnly;

    PackedTiling(String suffix, int consumerRows, int columns, boolean inTurns, int slabs, boolean sparseOnly) {
        product = new TiledProduct(suffix, consumerRows, columns, inTurns, slabs);
        this.sparseOnly = sparseOnly;
    }

    /** The one predicted to be done first. */
    static PackedTiling choose(PackedForm form, int m, int n, int k, int multiprocessors) {
        return Arrays.stream(values())
                .filter(tiling -> tiling.serves(form))
                .min(Comparator.comparingDouble(tiling -> tiling.clocks(form, m, n, k, multiprocessors)))
                .orElseThrow();
    }

    /** Whether there is such a kernel. */
    boolean serves(PackedForm form) {
        return form.isSparse() || !sparseOnly;
    }

    double clocks(PackedForm form, int m, int n, int k, int multiprocessors) {
        double multiplying = Math.ceilDiv(k, form.slice()) * sliceClocks(form);
        return product.clocks(n, m, multiprocessors, multiplying, form.isSparse() ? 0 : TILE_CLOCKS);
    }

    /**
     * 64 rows of a slice take columns / 2 clocks for every 32 bytes of the weight. Where that is sparse, shared memory takes
     * longer, 128 bytes a clock: every 64 rows read all of the input's slice.
     */
    private double sliceClocks(PackedForm form) {
        int rowGroups = tileRows() / 64;
        double multiplying = rowGroups * (form.weightSliceBytes() / 32.0) * (product.columns() / 2.0);
        double sharedBytes = stageBytes(form) + rowGroups * PackedForm.SLICE_BYTES * (product.columns() + 64.0);
        return Math.max(multiplying, form.isSparse() ? sharedBytes / 128 : 0);
    }

    int blocks(int m, int n, int multiprocessors) {
        return product.blocks(n, m, multiprocessors);
    }

    String suffix() {
        return product.suffix();
    }

    /** Features of the tile of a block: the weight's box. */
    int tileRows() {
        return product.tileRows();
    }

    /** The input's box. */
    int tokenRows() {
        return product.loadedColumns();
    }

    /** The box of output and residual: that many tokens of 64 features. */
    int slabTokens() {
        return product.slabColumns();
    }

    static int slabFeatures() {
        return TiledProduct.SLAB_ROWS;
    }

    private int stageBytes(PackedForm form) {
        return tileRows() * form.weightSliceBytes()
                + product.columns() * PackedForm.SLICE_BYTES
                + tileRows() / 64 * form.metadataSliceBytes();
    }

    /** Beside stages and slabs there are the scales of tokens. */
    int sharedBytes(PackedForm form, boolean toInt8) {
        int slab = slabTokens() * slabFeatures() * (toInt8 ? 1 : 2);
        int tokenScales = form.isInt8() ? product.columns() * Float.BYTES * (product.inTurns() ? 2 : 1) : 0;
        return product.sharedBytes(stageBytes(form), slab, tokenScales);
    }
}
