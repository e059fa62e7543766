package org.samfast.cuda.kernel;

/**
 * How encoder/tiled_product.cuh divides a product among blocks and in shared memory, and the clocks that it is predicted to take.
 *
 * @param suffix of the kernels' names
 * @param consumerRows rows of a tile that one of a block's two consumers computes
 * @param columns of a tile
 * @param inTurns whether each consumer has a tile, and finishes it while the other multiplies; otherwise both are on one tile, and
 *     nothing is multiplied while it is finished
 * @param slabs pieces of the output that a consumer has in shared memory
 */
record TiledProduct(String suffix, int consumerRows, int columns, boolean inTurns, int slabs) {
    /** Blocks that compute neighbouring tiles, one above the other. */
    static final int CLUSTER = 2;

    static final int SLAB_ROWS = 64;

    /** From an empty pipeline to the first product. */
    private static final int FILL_CLOCKS = 2500;
    /** To finish 64 rows of 64 columns: by one consumer, by two at the same time. */
    private static final int FINISH_CLOCKS = 1000;

    private static final int FINISH_TOGETHER_CLOCKS = 1300;

    private static final int SHARED_BYTES = 227 << 10;
    private static final int ALIGNMENT_BYTES = 1024;
    private static final int BARRIER_BYTES = 512;

    /** Rows of a block's tile. */
    int tileRows() {
        return inTurns ? consumerRows : 2 * consumerRows;
    }

    /** Of the second operand's rows those that one block loads for its cluster. */
    int loadedColumns() {
        return columns / CLUSTER;
    }

    /** As wide as the tile's width allows. */
    int slabColumns() {
        return columns % 64 == 0 ? 64 : 32;
    }

    /** No more blocks than tiles; each computes several where there are not enough multiprocessors. */
    int blocks(int productRows, int productColumns, int multiprocessors) {
        return CLUSTER * Math.min(multiprocessors / CLUSTER, clusterTiles(productRows, productColumns));
    }

    private int clusterTiles(int productRows, int productColumns) {
        return Math.ceilDiv(productRows, CLUSTER * tileRows()) * Math.ceilDiv(productColumns, columns);
    }

    /**
     * Rounds of tiles over the multiprocessors, each a product and what is left of its finish. The constants were fitted to an H100
     * (docs/kernels.md).
     *
     * @param product clocks to multiply one tile
     * @param tile other clocks of a tile
     */
    double clocks(int productRows, int productColumns, int multiprocessors, double product, double tile) {
        int rounds = Math.ceilDiv(clusterTiles(productRows, productColumns), multiprocessors / CLUSTER);
        double finish = (inTurns ? FINISH_CLOCKS : FINISH_TOGETHER_CLOCKS) * (consumerRows / 64.0) * (columns / 64.0);
        return inTurns
                ? FILL_CLOCKS + rounds * (tile + Math.max(product, (product + finish) / 2)) + finish
                : FILL_CLOCKS + rounds * (tile + product + finish);
    }

    /** Of a block: as many stages of that size as there is room for, slabs, {@code extra}, barriers. */
    int sharedBytes(int stage, int slab, int extra) {
        int fixed = ALIGNMENT_BYTES + BARRIER_BYTES + 2 * slabs * slab + extra;
        return fixed + (SHARED_BYTES - fixed) / stage * stage;
    }
}
