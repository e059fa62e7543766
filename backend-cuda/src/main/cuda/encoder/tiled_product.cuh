// The skeleton of a Linear on Hopper: tile by tile, sums[rows][columns] = a[rows][k] b[columns][k]^T by wgmma, operands and
// results moved by the copy engine. A kernel brings Operands and a Tiling, and says what a consumer does with its sums.
//
// A block has a warpgroup that moves data and two that compute (consumers). The two blocks of a cluster compute the tiles of
// two neighbouring bands of rows; each loads half of b's slice and sends it to both. Tilings:
//   together   the consumers share a tile, ROWS rows each: the widest tile, for a long k
//   in turns   each consumer has a tile of its own; one multiplies while the other finishes its tile (the epilogue)
//
// Shared memory: STAGES x { a TILE_ROWS x slice | b COLUMNS x slice }, 128-byte swizzle | 2 x SLABS x { a piece of out, 64 rows
// of the tile times SLAB_COLUMNS }, swizzled by its own width | barriers
// Barriers       full[stage]      1 arrival + bytes: the slice is here      (loader -> consumers)
//                empty[stage]     every warp of both blocks that reads it   (consumers -> loaders of both blocks)
//                turn[w]          4 warps of the other consumer: all its multiplications are issued
//                ready[w][slab]   1 arrival, + bytes of the residual: may be overwritten      (storer w -> consumer w)
//                filled[w][slab]  4 warps: may be stored                                      (consumer w -> storer w)
// Registers      168 per thread at the launch; then 40 for movers, 232 for consumers (56 and 224 where that is enough), of which
//                ROWS * COLUMNS / 128 are sums
#pragma once
#include "../common/mbarrier.cuh"
#include "../common/mma.cuh"
#include "../common/overlap.cuh"
#include "../common/tma.cuh"
#include "../common/wgmma.cuh"

constexpr int WARPGROUP = 128;
constexpr int BLOCKS = 2;
constexpr uint16_t BOTH_BLOCKS = 3;
constexpr int SHARED_LIMIT = 227 * 1024;
constexpr int BARRIER_BYTES = 512;
// The swizzle counts from multiples of 1024.
constexpr int ALIGNMENT = 1024;
// What one row of a slice takes in shared memory: the swizzle's span.
constexpr int SLICE_BYTES = 128;

// bf16 times bf16: SLICE values of k at a time.
struct DenseBf16 {
    using Sum = float;
    static constexpr int SLICE = 64;

    // One 64-row part of a slice, whose rows begin at a and b.
    template <int COLUMNS> static __device__ __forceinline__ void multiply(float (&sums)[COLUMNS / 2], uint32_t a, uint32_t b, int step) {
        Wgmma<COLUMNS>::multiply(sums, wgmma_descriptor(a + step * 32), wgmma_descriptor(b + step * 32));
    }
};

template <class OPERANDS, int ROWS_, int COLUMNS_, bool IN_TURNS_, int SLABS_> struct Tiling {
    using Operands = OPERANDS;
    using Sum = typename OPERANDS::Sum;
    static constexpr int ROWS = ROWS_;
    static constexpr int COLUMNS = COLUMNS_;
    static constexpr bool IN_TURNS = IN_TURNS_;
    static constexpr int SLABS = SLABS_;
    static constexpr int TILE_ROWS = IN_TURNS ? ROWS : 2 * ROWS;
    static constexpr int A_BYTES = TILE_ROWS * SLICE_BYTES;
    static constexpr int STAGE_BYTES = A_BYTES + COLUMNS * SLICE_BYTES;
    static constexpr int SLAB_COLUMNS = COLUMNS % 64 == 0 ? 64 : 32;
    static constexpr int SLAB_BYTES = 64 * SLAB_COLUMNS * 2;
    static constexpr int TILE_SLABS = ROWS / 64 * (COLUMNS / SLAB_COLUMNS);
    // three warpgroups together have what 384 threads get at the launch
    static constexpr int MOVER_REGISTERS = ROWS * COLUMNS > 128 * 160 ? 40 : 56;
    static constexpr int CONSUMER_REGISTERS = MOVER_REGISTERS == 40 ? 232 : 224;
    static constexpr int STAGES = (SHARED_LIMIT - ALIGNMENT - BARRIER_BYTES - 2 * SLABS * SLAB_BYTES) / STAGE_BYTES;
    static constexpr int SHARED_BYTES = ALIGNMENT + STAGES * STAGE_BYTES + 2 * SLABS * SLAB_BYTES + BARRIER_BYTES;
};

// The matrices: a [rows][k], b [columns][k], out [rows][columns], residual [residual_rows][columns], none if that is 0.
struct Product {
    const TensorMap& a;
    const TensorMap& b;
    const TensorMap& out;
    const TensorMap& residual;
    int rows, columns, k, residual_rows;
};

template <class T> struct Shared {
    uint32_t stages;

    __device__ __forceinline__ uint32_t a(int stage) const { return stages + stage * T::STAGE_BYTES; }
    __device__ __forceinline__ uint32_t b(int stage) const { return a(stage) + T::A_BYTES; }
    __device__ __forceinline__ uint32_t slab(int consumer, int i) const {
        return stages + T::STAGES * T::STAGE_BYTES + (consumer * T::SLABS + i) * T::SLAB_BYTES;
    }
    __device__ __forceinline__ uint32_t full(int stage) const { return slab(2, 0) + 8 * stage; }
    __device__ __forceinline__ uint32_t empty(int stage) const { return full(T::STAGES + stage); }
    __device__ __forceinline__ uint32_t turn(int consumer) const { return full(2 * T::STAGES + consumer); }
    __device__ __forceinline__ uint32_t ready(int consumer, int i) const { return turn(2 + consumer * T::SLABS + i); }
    __device__ __forceinline__ uint32_t filled(int consumer, int i) const { return ready(2 + consumer, i); }

    __device__ __forceinline__ void init() const {
        for (int i = 0; i < T::STAGES; i++) {
            mbarrier_init(full(i), 1);
            mbarrier_init(empty(i), BLOCKS * 4 * (T::IN_TURNS ? 1 : 2));
        }
        for (int consumer = 0; consumer < 2; consumer++) {
            mbarrier_init(turn(consumer), 4);
            for (int i = 0; i < T::SLABS; i++) {
                mbarrier_init(ready(consumer, i), 1);
                mbarrier_init(filled(consumer, i), 4);
            }
        }
        mbarrier_init_fence();
    }
};

// The tiles of this block, along the columns first: at any time the clusters work on few rows of a and on all of b.
template <class T> struct Tiles {
    int columns;
    int count;

    __device__ __forceinline__ explicit Tiles(const Product& p)
        : columns((p.columns + T::COLUMNS - 1) / T::COLUMNS),
          count((p.rows + BLOCKS * T::TILE_ROWS - 1) / (BLOCKS * T::TILE_ROWS) * columns) {}
    __device__ __forceinline__ static int first() { return blockIdx.x / BLOCKS; }
    __device__ __forceinline__ static int step() { return gridDim.x / BLOCKS; }
    __device__ __forceinline__ int row(int tile) const { return (tile / columns * BLOCKS + blockIdx.x % BLOCKS) * T::TILE_ROWS; }
    __device__ __forceinline__ int column(int tile) const { return tile % columns * T::COLUMNS; }
};

// Walks over the slabs of one consumer's tiles, in the order in which it fills them: rows first.
template <class T> struct SlabWalk {
    Tiles<T> tiles;
    int tile, step, first_row, slab = 0;

    __device__ __forceinline__ SlabWalk(const Product& p, int consumer) : tiles(p) {
        tile = tiles.first() + (T::IN_TURNS ? consumer * tiles.step() : 0);
        step = tiles.step() * (T::IN_TURNS ? 2 : 1);
        first_row = T::IN_TURNS ? 0 : consumer * T::ROWS;
    }
    __device__ __forceinline__ bool more() const { return tile < tiles.count; }
    __device__ __forceinline__ void next() {
        if (++slab == T::TILE_SLABS) {
            slab = 0;
            tile += step;
        }
    }
    __device__ __forceinline__ int row() const { return tiles.row(tile) + first_row + slab % (T::ROWS / 64) * 64; }
    __device__ __forceinline__ int column() const { return tiles.column(tile) + slab / (T::ROWS / 64) * T::SLAB_COLUMNS; }
};

template <class T> __device__ __forceinline__ int slices(const Product& p) {
    return (p.k + T::Operands::SLICE - 1) / T::Operands::SLICE;
}

// One thread: slice after slice of every tile, as stages become empty in both blocks.
template <class T> __device__ __forceinline__ void load_slices(const Shared<T>& shared, const Product& p) {
    constexpr int HALF = T::COLUMNS / BLOCKS;
    constexpr int SLICE = T::Operands::SLICE;
    Tiles<T> tiles(p);
    Ring<T::STAGES> ring(T::STAGES);
    int rank = blockIdx.x % BLOCKS;
    uint64_t keep = tma_keep();
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step()) {
        int row = tiles.row(tile);
        int column = tiles.column(tile) + rank * HALF;
        for (int slice = 0; slice < slices<T>(p); slice++, ring.next()) {
            uint32_t full = shared.full(ring.at);
            mbarrier_wait(shared.empty(ring.at), ring.parity);
            mbarrier_arrive_expect_tx(full, T::STAGE_BYTES);
            tma_load(shared.a(ring.at), p.a, full, slice * SLICE, row);
            tma_load_multicast(shared.b(ring.at) + rank * HALF * SLICE_BYTES, p.b, full, slice * SLICE, column, BOTH_BLOCKS, keep);
        }
    }
}

// One thread per consumer: stores what it has filled, and hands slabs out, with the residual in them where there is one.
template <class T> __device__ __forceinline__ void store_slabs(const Shared<T>& shared, const Product& p, int consumer) {
    SlabWalk<T> handed_out(p, consumer);
    auto hand_out = [&](int i) {
        uint32_t ready = shared.ready(consumer, i);
        if (p.residual_rows == 0) {
            mbarrier_arrive(ready);
        } else {
            mbarrier_arrive_expect_tx(ready, T::SLAB_BYTES);
            tma_load(shared.slab(consumer, i), p.residual, ready, handed_out.column(), handed_out.row() % p.residual_rows);
        }
        handed_out.next();
    };
    for (int i = 0; i < T::SLABS && handed_out.more(); i++) hand_out(i);
    // while these stores still read their slabs, the consumer fills the others
    constexpr int UNDER_WAY = T::SLABS / 2;
    Ring<T::SLABS> ring(0);
    Ring<T::SLABS> stored(0);
    int stores = 0;
    for (SlabWalk<T> filled(p, consumer); filled.more(); filled.next(), ring.next(), stores++) {
        mbarrier_wait(shared.filled(consumer, ring.at), ring.parity);
        tma_store(p.out, shared.slab(consumer, ring.at), filled.column(), filled.row());
        if (stores >= UNDER_WAY && handed_out.more()) {
            tma_store_wait_read<UNDER_WAY>();
            hand_out(stored.at);
            stored.next();
        }
    }
    tma_store_wait();
}

// All k of one tile; one group of multiplications stays under way while the next is issued.
template <class T>
__device__ __forceinline__ void multiply_tile(typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                              Ring<T::STAGES> ring, int consumer, int count) {
    int lane = threadIdx.x % 32;
    auto release = [&](int stage) {
        if (lane < BLOCKS) mbarrier_arrive_at(shared.empty(stage), lane);
    };
    int previous = 0;
    for (int slice = 0; slice < count; slice++, ring.next()) {
        mbarrier_wait(shared.full(ring.at), ring.parity);
        uint32_t a = shared.a(ring.at) + (T::IN_TURNS ? 0 : consumer * T::ROWS * SLICE_BYTES);
        uint32_t b = shared.b(ring.at);
        wgmma_fence();
#pragma unroll
        for (int step = 0; step < SLICE_BYTES / 32; step++) {
#pragma unroll
            for (int i = 0; i < T::ROWS / 64; i++) {
                T::Operands::template multiply<T::COLUMNS>(sums[i], a + i * 64 * SLICE_BYTES, b, step);
            }
        }
        wgmma_commit_group();
        wgmma_wait_group<1>();
        if (slice != 0) release(previous);
        previous = ring.at;
    }
    if (T::IN_TURNS && lane == 0) mbarrier_arrive(shared.turn(1 - consumer));
    wgmma_wait_group<0>();
    release(previous);
}

// The body of a kernel: roles to warps. consume(shared, consumer) is what a consumer does.
template <class T, class CONSUME> __device__ __forceinline__ void multiply_tiles(const Product& p, CONSUME consume) {
    extern __shared__ unsigned char memory[];
    Shared<T> shared = {(shared_address(memory) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT};
    // the same in all lanes, and the compiler has to know
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0);
    if (threadIdx.x == 0) {
        shared.init();
        tma_prefetch_map(p.a);
        tma_prefetch_map(p.b);
    }
    cluster_sync();
    wait_for_kernels_before();
    if (warp < 4) {
        setmaxnreg_dec<T::MOVER_REGISTERS>();
        if (threadIdx.x % 32 == 0) {
            if (warp == 0) load_slices(shared, p);
            if (warp == 1 || warp == 2) store_slabs(shared, p, warp - 1);
        }
    } else {
        setmaxnreg_inc<T::CONSUMER_REGISTERS>();
        consume(shared, warp / 4 - 1);
    }
    // a block that ended could not be sent to
    __syncwarp();
    cluster_sync();
}
