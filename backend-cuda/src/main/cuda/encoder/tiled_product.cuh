// The skeleton of a Linear on Hopper: tile by tile, sums[rows][columns] = a[rows][k] b[columns][k]^T by wgmma, operands and
// results moved by the copy engine. A kernel brings Operands and a Tiling, and says what a consumer does with its sums.
//
// A block has a warpgroup that moves data and two that compute (consumers). The two blocks of a cluster compute the tiles of
// two neighbouring bands of rows; each loads half of b's slice and sends it to both. Tilings:
//   together   the consumers share a tile, ROWS rows each: the widest tile, for a long k
//   in turns   each consumer has a tile of its own; one multiplies while the other finishes its tile (the epilogue)
//
// Shared memory: STAGES x { a TILE_ROWS x slice | b COLUMNS x slice, swizzled by their own width | a's metadata where it is 2:4
// sparse } | 2 x SLABS x { a piece of out, 64 rows of the tile times SLAB_COLUMNS, swizzled by its own width } | EXTRA_BYTES for
// the kernel, of each consumer where they work in turns | barriers
// Barriers       full[stage]      1 arrival + bytes: the slice is here      (loader -> consumers)
//                empty[stage]     every warp of both blocks that reads it   (consumers -> loaders of both blocks)
//                turn[w]          4 warps of the other consumer: all its multiplications are issued
//                ready[w][slab]   1 arrival, + bytes of the residual: may be overwritten      (storer w -> consumer w)
//                filled[w][slab]  4 warps: may be stored                                      (consumer w -> storer w)
// Registers      168 per thread at the launch; then 40 for movers, 232 for consumers (56 and 224 where that is enough), of which
//                ROWS * COLUMNS / 128 are sums
#pragma once
#include "../common/int8.cuh"
#include "../common/mbarrier.cuh"
#include "../common/mma.cuh"
#include "../common/overlap.cuh"
#include "../common/shared_memory.cuh"
#include "../common/tma.cuh"
#include "operands.cuh"

constexpr int BLOCKS = 2;
constexpr uint16_t BOTH_BLOCKS = 3;
constexpr int SHARED_LIMIT = 227 * 1024;
constexpr int BARRIER_BYTES = 512;
// The swizzle counts from multiples of 1024.
constexpr int ALIGNMENT = 1024;
// OUT_BYTES of a value of out. FEATURES_FIRST: a is the weight and b the tokens, so rows of the product are columns of out.
// EXTRA_BYTES: what a tile needs beside the slabs.
template <class OPERANDS, int ROWS_, int COLUMNS_, bool IN_TURNS_, int SLABS_, bool FEATURES_FIRST_ = false, int OUT_BYTES_ = 2,
          int EXTRA_BYTES_ = 0>
struct Tiling {
    using Operands = OPERANDS;
    using Sum = typename OPERANDS::Sum;
    static constexpr int ROWS = ROWS_;
    static constexpr int COLUMNS = COLUMNS_;
    static constexpr bool IN_TURNS = IN_TURNS_;
    static constexpr int SLABS = SLABS_;
    static constexpr bool FEATURES_FIRST = FEATURES_FIRST_;
    static constexpr int OUT_BYTES = OUT_BYTES_;
    static constexpr int EXTRA_BYTES = EXTRA_BYTES_;
    static constexpr int EXTRAS = IN_TURNS ? 2 : 1;
    static constexpr int TILE_ROWS = IN_TURNS ? ROWS : 2 * ROWS;
    static constexpr int A_BYTES = TILE_ROWS * OPERANDS::A_ROW_BYTES;
    static constexpr int B_BYTES = COLUMNS * SLICE_BYTES;
    static constexpr int STAGE_BYTES = A_BYTES + B_BYTES + TILE_ROWS / 64 * OPERANDS::METADATA * METADATA_BYTES;
    static constexpr int SLAB_COLUMNS = COLUMNS % 64 == 0 ? 64 : 32;
    static constexpr int SLAB_BYTES = 64 * SLAB_COLUMNS * OUT_BYTES;
    static constexpr int TILE_SLABS = ROWS / 64 * (COLUMNS / SLAB_COLUMNS);
    // three warpgroups together have what 384 threads get at the launch
    static constexpr int MOVER_REGISTERS = ROWS * COLUMNS > 128 * 160 ? 40 : 56;
    static constexpr int CONSUMER_REGISTERS = MOVER_REGISTERS == 40 ? 232 : 224;
    static constexpr int FIXED_BYTES = ALIGNMENT + 2 * SLABS * SLAB_BYTES + EXTRAS * EXTRA_BYTES + BARRIER_BYTES;
    static constexpr int STAGES = (SHARED_LIMIT - FIXED_BYTES) / STAGE_BYTES;
    static constexpr int SHARED_BYTES = FIXED_BYTES + STAGES * STAGE_BYTES;
};

// The matrices: a [rows][k], b [columns][k], out [rows][columns], residual [residual_rows][columns], none if that is 0; with
// FEATURES_FIRST out [columns][rows], residual [residual_rows][rows]. metadata where a is 2:4 sparse: [rows / 64]
// [k / 64][128] rounded up, for int8 to an even number of k / 64 (docs/weights-format.md).
struct Product {
    const TensorMap& a;
    const TensorMap& b;
    const TensorMap& out;
    const TensorMap& residual;
    int rows, columns, k, residual_rows;
    const uint32_t* metadata = nullptr;
};

template <class T> struct Shared {
    uint32_t stages;

    __device__ __forceinline__ uint32_t a(int stage) const { return stages + stage * T::STAGE_BYTES; }
    __device__ __forceinline__ uint32_t b(int stage) const { return a(stage) + T::A_BYTES; }
    __device__ __forceinline__ uint32_t metadata(int stage) const { return b(stage) + T::B_BYTES; }
    __device__ __forceinline__ uint32_t slab(int consumer, int i) const {
        return stages + T::STAGES * T::STAGE_BYTES + (consumer * T::SLABS + i) * T::SLAB_BYTES;
    }
    __device__ __forceinline__ uint32_t extra(int consumer) const { return slab(2, 0) + (T::IN_TURNS ? consumer : 0) * T::EXTRA_BYTES; }
    __device__ __forceinline__ uint32_t full(int stage) const { return slab(2, 0) + T::EXTRAS * T::EXTRA_BYTES + 8 * stage; }
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

// The tiles of this block, along the features first: at any time the clusters work on few tokens and on all of the weight.
template <class T> struct Tiles {
    int inner;
    int count;

    __device__ __forceinline__ explicit Tiles(const Product& p) {
        int columns = (p.columns + T::COLUMNS - 1) / T::COLUMNS;
        int bands = (p.rows + BLOCKS * T::TILE_ROWS - 1) / (BLOCKS * T::TILE_ROWS);
        inner = T::FEATURES_FIRST ? bands : columns;
        count = bands * columns;
    }
    __device__ __forceinline__ static int first() { return blockIdx.x / BLOCKS; }
    __device__ __forceinline__ static int step() { return gridDim.x / BLOCKS; }
    __device__ __forceinline__ int row(int tile) const {
        return ((T::FEATURES_FIRST ? tile % inner : tile / inner) * BLOCKS + blockIdx.x % BLOCKS) * T::TILE_ROWS;
    }
    __device__ __forceinline__ int column(int tile) const { return (T::FEATURES_FIRST ? tile / inner : tile % inner) * T::COLUMNS; }
};

// Walks over the slabs of one consumer's tiles, in the order in which it fills them: rows first. x and y are its place in out, x in
// values of 16 bits as the copy engine counts.
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
    __device__ __forceinline__ int x() const { return (T::FEATURES_FIRST ? row() : column()) * T::OUT_BYTES / 2; }
    __device__ __forceinline__ int y() const { return T::FEATURES_FIRST ? column() : row(); }
};

template <class T> __device__ __forceinline__ int slices(const Product& p) {
    return (p.k + T::Operands::SLICE - 1) / T::Operands::SLICE;
}

// Both blocks' halves of b, and this block's a; the weight stays in L2. The copy engine counts in values of 16 bits.
template <class T>
__device__ __forceinline__ void load_slice(const Shared<T>& shared, const Product& p, int stage, int slice, int row, int column,
                                           uint64_t keep) {
    constexpr int HALF = T::COLUMNS / BLOCKS;
    int rank = blockIdx.x % BLOCKS;
    int a_at = slice * (T::Operands::A_ROW_BYTES / 2);
    int b_at = slice * (SLICE_BYTES / 2);
    uint32_t full = shared.full(stage);
    uint32_t half = shared.b(stage) + rank * HALF * SLICE_BYTES;
    if constexpr (T::FEATURES_FIRST) {
        tma_load(shared.a(stage), p.a, full, a_at, row, keep);
        tma_load_multicast(half, p.b, full, b_at, column + rank * HALF, BOTH_BLOCKS);
    } else {
        tma_load(shared.a(stage), p.a, full, a_at, row);
        tma_load_multicast(half, p.b, full, b_at, column + rank * HALF, BOTH_BLOCKS, keep);
    }
}

// Of the rows past the last there is none: they get that of the last, and are not stored.
template <class T> __device__ __forceinline__ void load_metadata(const Shared<T>& shared, const Product& p, int stage, int slice, int row) {
    constexpr int BYTES = T::Operands::METADATA * METADATA_BYTES;
#pragma unroll
    for (int i = 0; i < T::TILE_ROWS / 64; i++) {
        size_t band = min(row / 64 + i, (p.rows - 1) / 64);
        size_t words = (band * slices<T>(p) + slice) * T::Operands::METADATA;
        bulk_load(shared.metadata(stage) + i * BYTES, p.metadata + words * WARPGROUP, BYTES, shared.full(stage));
    }
}

// One thread: slice after slice of every tile, as stages become empty in both blocks.
template <class T> __device__ __forceinline__ void load_slices(const Shared<T>& shared, const Product& p) {
    Tiles<T> tiles(p);
    Ring<T::STAGES> ring(T::STAGES);
    uint64_t keep = tma_keep();
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step()) {
        int row = tiles.row(tile);
        int column = tiles.column(tile);
        // unrolled, it needs more registers than a mover has
#pragma unroll 1
        for (int slice = 0; slice < slices<T>(p); slice++, ring.next()) {
            mbarrier_wait(shared.empty(ring.at), ring.parity);
            mbarrier_arrive_expect_tx(shared.full(ring.at), T::STAGE_BYTES);
            load_slice(shared, p, ring.at, slice, row, column, keep);
            if constexpr (T::Operands::METADATA != 0) load_metadata(shared, p, ring.at, slice, row);
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
            tma_load(shared.slab(consumer, i), p.residual, ready, handed_out.x(), handed_out.y() % p.residual_rows);
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
        tma_store(p.out, shared.slab(consumer, ring.at), filled.x(), filled.y());
        if (stores >= UNDER_WAY && handed_out.more()) {
            tma_store_wait_read<UNDER_WAY>();
            hand_out(stored.at);
            stored.next();
        }
    }
    tma_store_wait();
}

// Which word is this thread's.
template <class T> __device__ __forceinline__ int metadata_word() {
    return threadIdx.x % WARPGROUP / 32 * 32 + (T::OUT_BYTES == 1 ? metadata_lane_of_pairs() : threadIdx.x % 32);
}

template <class T>
__device__ __forceinline__ void read_metadata(uint32_t (&words)[T::ROWS / 64][T::Operands::METADATA + 1], const Shared<T>& shared,
                                              int stage, int consumer) {
    uint32_t from = shared.metadata(stage) + metadata_word<T>() * 4;
    if (!T::IN_TURNS) from += consumer * (T::ROWS / 64) * T::Operands::METADATA * METADATA_BYTES;
#pragma unroll
    for (int i = 0; i < T::ROWS / 64; i++) {
#pragma unroll
        for (int word = 0; word < T::Operands::METADATA; word++) {
            words[i][word] = load_shared_4(from + (i * T::Operands::METADATA + word) * METADATA_BYTES);
        }
    }
}

// All multiplications of one slice, as a group.
template <class T>
__device__ __forceinline__ void multiply_slice(typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared, int stage,
                                               int consumer, const uint32_t (&metadata)[T::ROWS / 64][T::Operands::METADATA + 1]) {
    constexpr int A_ROW_BYTES = T::Operands::A_ROW_BYTES;
    uint32_t a = shared.a(stage) + (T::IN_TURNS ? 0 : consumer * T::ROWS * A_ROW_BYTES);
    uint32_t b = shared.b(stage);
    wgmma_fence();
#pragma unroll
    for (int step = 0; step < T::Operands::STEPS; step++) {
#pragma unroll
        for (int i = 0; i < T::ROWS / 64; i++) {
            T::Operands::template multiply<T::COLUMNS>(sums[i], a + i * 64 * A_ROW_BYTES, b, metadata[i], step);
        }
    }
    wgmma_commit_group();
}

// To the compiler: these registers are in use until here. wgmma reads metadata while it runs, which the compiler does not see: with
// one set of registers the next slice's words came before the last's second 64 rows had been multiplied (seen on an H100).
template <int ROWS, int WORDS> __device__ __forceinline__ void keep_until_here(const uint32_t (&metadata)[ROWS][WORDS]) {
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
#pragma unroll
        for (int word = 0; word < WORDS - 1; word++) asm volatile("" ::"r"(metadata[i][word]) : "memory");
    }
}

// All k of one tile; a group of multiplications may stay under way while the next is issued.
template <class T>
__device__ __forceinline__ void multiply_tile(typename T::Sum (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                              Ring<T::STAGES> ring, int consumer, int count) {
    int lane = threadIdx.x % 32;
    auto release = [&](int stage) {
        if (lane < BLOCKS) mbarrier_arrive_at(shared.empty(stage), lane);
    };
    constexpr int UNDER_WAY = T::Operands::UNDER_WAY;
    constexpr bool ALTERNATE = T::Operands::METADATA != 0 && UNDER_WAY != 0;
    int previous = 0;
    uint32_t even[T::ROWS / 64][T::Operands::METADATA + 1] = {};
    uint32_t odd[T::ROWS / 64][T::Operands::METADATA + 1] = {};
    auto multiply = [&](int slice, auto& own, auto& of_previous) {
        mbarrier_wait(shared.full(ring.at), ring.parity);
        if constexpr (T::Operands::METADATA != 0) read_metadata<T>(own, shared, ring.at, consumer);
        multiply_slice<T>(sums, shared, ring.at, consumer, own);
        wgmma_wait_group<UNDER_WAY>();
        if constexpr (ALTERNATE) keep_until_here(of_previous);
        if (slice >= UNDER_WAY) release(UNDER_WAY == 0 ? ring.at : previous);
        previous = ring.at;
        ring.next();
    };
    if constexpr (!ALTERNATE) {
        for (int slice = 0; slice < count; slice++) multiply(slice, even, odd);
    } else {
#pragma unroll 1
        for (int slice = 0; slice < count; slice += 2) {
            multiply(slice, even, odd);
            if (slice + 1 < count) multiply(slice + 1, odd, even);
        }
    }
    if (T::IN_TURNS && lane == 0) mbarrier_arrive(shared.turn(1 - consumer));
    wgmma_wait_group<0>();
    if constexpr (ALTERNATE) {
        keep_until_here(even);
        keep_until_here(odd);
    }
    if (UNDER_WAY != 0) release(previous);
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
