package org.samfast.cuda.kernel;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The tilings of encoder/packed_linear.cuh, features by tokens, and the choice among them. It changes the time only. The
 * prediction is that of {@link LinearTiling}, in clocks; its constants were fitted to an H100 (docs/kernels.md).
 */
enum PackedTiling {
    /** Each consumer has a tile, and finishes it while the other multiplies. */
    TURNS_128X192("turns_128x192", 128, 192, true, 4, false),
    TURNS_128X160("turns_128x160", 128, 160, true, 5, false),
    /** Both consumers on one tile; nothing is multiplied while it is finished. */
    TOGETHER_128X256("together_128x256", 64, 256, false, 2, false),
    TOGETHER_256X192("together_256x192", 128, 192, false, 2, true);

    private static final int CLUSTER = 2;
    private static final int SLAB_FEATURES = 64;
    private static final int FILL_CLOCKS = 2500;
    private static final int FINISH_CLOCKS = 1000;
    private static final int FINISH_TOGETHER_CLOCKS = 1300;
    /** What a tile of int8 costs beside its products and its finish. Sparse tiles were fitted without it. */
    private static final int TILE_CLOCKS = 1500;

    private static final int SHARED_BYTES = 227 << 10;
    private static final int ALIGNMENT_BYTES = 1024;
    private static final int BARRIER_BYTES = 512;

    private final String suffix;
    private final int consumerRows;
    private final int columns;
    private final boolean inTurns;
    private final int slabs;
    private final boolean sparseOnly;

    PackedTiling(String suffix, int consumerRows, int columns, boolean inTurns, int slabs, boolean sparseOnly) {
        this.suffix = suffix;
        this.consumerRows = consumerRows;
        this.columns = columns;
        this.inTurns = inTurns;
        this.slabs = slabs;
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
        int rounds = Math.ceilDiv(clusterTiles(m, n), multiprocessors / CLUSTER);
        double product = Math.ceilDiv(k, form.slice()) * sliceClocks(form);
        double finish = (inTurns ? FINISH_CLOCKS : FINISH_TOGETHER_CLOCKS) * (consumerRows / 64.0) * (columns / 64.0);
        int tile = form.isSparse() ? 0 : TILE_CLOCKS;
        return inTurns
                ? FILL_CLOCKS + rounds * (tile + Math.max(product, (product + finish) / 2)) + finish
                : FILL_CLOCKS + rounds * (tile + product + finish);
    }

    /**
     * 64 rows of a slice take columns / 2 clocks for every 32 bytes of the weight. Where that is sparse, shared memory takes
     * longer, 128 bytes a clock: every 64 rows read all of the input's slice.
     */
    private double sliceClocks(PackedForm form) {
        int rowGroups = tileRows() / 64;
        double multiplying = rowGroups * (form.weightSliceBytes() / 32.0) * (columns / 2.0);
        double sharedBytes = stageBytes(form) + rowGroups * PackedForm.SLICE_BYTES * (columns + 64.0);
        return Math.max(multiplying, form.isSparse() ? sharedBytes / 128 : 0);
    }

    /** A cluster of two blocks computes two tiles, of neighbouring features. */
    private int clusterTiles(int m, int n) {
        return Math.ceilDiv(n, CLUSTER * tileRows()) * Math.ceilDiv(m, columns);
    }

    /** No more blocks than tiles; each computes several where there are not enough multiprocessors. */
    int blocks(int m, int n, int multiprocessors) {
        return CLUSTER * Math.min(multiprocessors / CLUSTER, clusterTiles(m, n));
    }

    String suffix() {
        return suffix;
    }

    /** Features of the tile of a block: the weight's box. */
    int tileRows() {
        return inTurns ? consumerRows : 2 * consumerRows;
    }

    /** Tokens that one block of the two loads. */
    int tokenRows() {
        return columns / CLUSTER;
    }

    /** The box of output and residual: that many tokens of 64 features. */
    int slabTokens() {
        return columns % 64 == 0 ? 64 : 32;
    }

    static int slabFeatures() {
        return SLAB_FEATURES;
    }

    private int stageBytes(PackedForm form) {
        return tileRows() * form.weightSliceBytes()
                + columns * PackedForm.SLICE_BYTES
                + tileRows() / 64 * form.metadataSliceBytes();
    }

    /** As the kernel divides it: stages, slabs, scales of tokens, barriers. */
    int sharedBytes(PackedForm form, boolean toInt8) {
        int slab = slabTokens() * SLAB_FEATURES * (toInt8 ? 1 : 2);
        int tokenScales = form.isInt8() ? columns * Float.BYTES * (inTurns ? 2 : 1) : 0;
        int fixed = ALIGNMENT_BYTES + BARRIER_BYTES + 2 * slabs * slab + tokenScales;
        int stage = stageBytes(form);
        return fixed + (SHARED_BYTES - fixed) / stage * stage;
    }
}
