// linear_bf16_sm90_*: out = act(in weight^T + bias) + residual, in bf16 with fp32 sums, on Hopper's wgmma and copy engine.
// Architectures: sm_90a
// Source   torch.nn.Linear, with what follows it in segment-anything image_encoder.py Block, MLPBlock @dca509f
// In       in [m, k] bf16; weight [n, k] bf16; bias [n] fp32 or null; residual [residual_rows, n] bf16 repeated every
//          residual_rows rows (a multiple of 64, or at least m), none if residual_rows is 0; k, n multiples of 8;
//          act 0 none, 1 exact GELU, 2 ReLU
// Out      out [m, n] bf16, every element written, rounded once. A row's bits depend on nothing but that row: every tiling
//          sums k in the same order, and k is never split
// Launch   grid an even number of blocks (persistent, clusters of 2), 384 threads, shared Tiling::SHARED_BYTES
// Java     org.samfast.cuda.kernel.HopperLinear
//
// A block has a warpgroup that moves data and two that compute (consumers). The two blocks of a cluster compute the tiles of
// two neighbouring bands of rows; each loads half of the weight's slice and sends it to both. Tilings:
//   together   the consumers share a tile, ROWS rows each: the widest tile, for a long k
//   in turns   each consumer has a tile of its own; one multiplies while the other finishes its tile (the epilogue)
//
// Shared memory: STAGES x { in TILE_ROWS x 64 | weight COLUMNS x 64 }, 128-byte swizzle | 2 x SLABS x { 64 x SLAB_COLUMNS of
// out }, swizzled by their own width | barriers
// Barriers       full[stage]      1 arrival + bytes: the slice is here      (loader -> consumers)
//                empty[stage]     every warp of both blocks that reads it   (consumers -> loaders of both blocks)
//                turn[w]          4 warps of the other consumer: all its multiplications are issued
//                ready[w][slab]   1 arrival, + bytes of the residual: may be overwritten      (storer w -> consumer w)
//                filled[w][slab]  4 warps: may be stored                                      (consumer w -> storer w)
// Registers      168 per thread at the launch; then 40 for movers, 232 for consumers (56 and 224 where that is enough), of which
//                ROWS * COLUMNS / 128 are sums
// Rate           H100, 32768 rows: 520 to 720 TFLOP/s where power limits the clock, 540 to 785 on a rested card; the floor is
//                760, and for 768x768 with residual the 151 MB it moves (docs/kernels.md)
#include "common/element.cuh"
#include "common/gelu.cuh"
#include "common/mbarrier.cuh"
#include "common/mma.cuh"
#include "common/tma.cuh"
#include "common/wgmma.cuh"

enum Activation { NONE, GELU, RELU };

constexpr int SLICE = 64;
constexpr int SLICE_BYTES = SLICE * 2;
constexpr int WARPGROUP = 128;
constexpr int BLOCKS = 2;
constexpr uint16_t BOTH_BLOCKS = 3;
constexpr int SHARED_LIMIT = 227 * 1024;
constexpr int BARRIER_BYTES = 512;
// The swizzle counts from multiples of 1024.
constexpr int ALIGNMENT = 1024;

template <int ROWS_, int COLUMNS_, bool IN_TURNS_, int SLABS_> struct Tiling {
    static constexpr int ROWS = ROWS_;
    static constexpr int COLUMNS = COLUMNS_;
    static constexpr bool IN_TURNS = IN_TURNS_;
    static constexpr int SLABS = SLABS_;
    static constexpr int TILE_ROWS = IN_TURNS ? ROWS : 2 * ROWS;
    static constexpr int IN_BYTES = TILE_ROWS * SLICE_BYTES;
    static constexpr int STAGE_BYTES = IN_BYTES + COLUMNS * SLICE_BYTES;
    static constexpr int SLAB_COLUMNS = COLUMNS % 64 == 0 ? 64 : 32;
    static constexpr int SLAB_BYTES = 64 * SLAB_COLUMNS * 2;
    static constexpr int TILE_SLABS = ROWS / 64 * (COLUMNS / SLAB_COLUMNS);
    // three warpgroups together have what 384 threads get at the launch
    static constexpr int MOVER_REGISTERS = ROWS * COLUMNS > 128 * 160 ? 40 : 56;
    static constexpr int CONSUMER_REGISTERS = MOVER_REGISTERS == 40 ? 232 : 224;
    static constexpr int STAGES = (SHARED_LIMIT - ALIGNMENT - BARRIER_BYTES - 2 * SLABS * SLAB_BYTES) / STAGE_BYTES;
    static constexpr int SHARED_BYTES = ALIGNMENT + STAGES * STAGE_BYTES + 2 * SLABS * SLAB_BYTES + BARRIER_BYTES;
};

struct Arguments {
    const TensorMap& in;
    const TensorMap& weight;
    const TensorMap& out;
    const TensorMap& residual;
    const float* bias;
    int m, n, k, residual_rows, act;
};

template <class T> struct Shared {
    uint32_t stages;

    __device__ __forceinline__ uint32_t in(int stage) const { return stages + stage * T::STAGE_BYTES; }
    __device__ __forceinline__ uint32_t weight(int stage) const { return in(stage) + T::IN_BYTES; }
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

// A position in a ring of barriers: the parity to wait for changes with every round.
template <int SIZE> struct Ring {
    int at;
    uint32_t parity;

    __device__ __forceinline__ explicit Ring(int steps) : at(steps % SIZE), parity(steps / SIZE & 1) {}
    __device__ __forceinline__ void next() {
        if (++at == SIZE) {
            at = 0;
            parity ^= 1;
        }
    }
};

// The tiles of this block, along n first: at any time the clusters work on few rows of in and on all of the weight.
template <class T> struct Tiles {
    int columns;
    int count;

    __device__ __forceinline__ explicit Tiles(const Arguments& p)
        : columns((p.n + T::COLUMNS - 1) / T::COLUMNS),
          count((p.m + BLOCKS * T::TILE_ROWS - 1) / (BLOCKS * T::TILE_ROWS) * columns) {}
    __device__ __forceinline__ static int first() { return blockIdx.x / BLOCKS; }
    __device__ __forceinline__ static int step() { return gridDim.x / BLOCKS; }
    __device__ __forceinline__ int row(int tile) const { return (tile / columns * BLOCKS + blockIdx.x % BLOCKS) * T::TILE_ROWS; }
    __device__ __forceinline__ int column(int tile) const { return tile % columns * T::COLUMNS; }
};

// Walks over the slabs of one consumer's tiles, in the order in which it fills them: rows first.
template <class T> struct SlabWalk {
    Tiles<T> tiles;
    int tile, step, first_row, slab = 0;

    __device__ __forceinline__ SlabWalk(const Arguments& p, int consumer) : tiles(p) {
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

__device__ __forceinline__ int slices(const Arguments& p) { return (p.k + SLICE - 1) / SLICE; }

// One thread: slice after slice of every tile, as stages become empty in both blocks.
template <class T> __device__ __forceinline__ void load_slices(const Shared<T>& shared, const Arguments& p) {
    constexpr int HALF = T::COLUMNS / BLOCKS;
    Tiles<T> tiles(p);
    Ring<T::STAGES> ring(T::STAGES);
    int rank = blockIdx.x % BLOCKS;
    uint64_t keep = tma_keep();
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step()) {
        int row = tiles.row(tile);
        int column = tiles.column(tile) + rank * HALF;
        for (int slice = 0; slice < slices(p); slice++, ring.next()) {
            uint32_t full = shared.full(ring.at);
            mbarrier_wait(shared.empty(ring.at), ring.parity);
            mbarrier_arrive_expect_tx(full, T::STAGE_BYTES);
            tma_load(shared.in(ring.at), p.in, full, slice * SLICE, row);
            tma_load_multicast(shared.weight(ring.at) + rank * HALF * SLICE_BYTES, p.weight, full, slice * SLICE, column, BOTH_BLOCKS,
                               keep);
        }
    }
}

// One thread per consumer: stores what it has filled, and hands slabs out, with the residual in them where there is one.
template <class T> __device__ __forceinline__ void store_slabs(const Shared<T>& shared, const Arguments& p, int consumer) {
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

// The sums begin with the bias: nothing is left to load when they are complete.
template <class T> __device__ __forceinline__ void start_sums(float (&sums)[T::ROWS / 64][T::COLUMNS / 2], int column, const Arguments& p) {
    int columns = p.bias == nullptr ? 0 : p.n;
    column += 2 * (threadIdx.x % 4);
#pragma unroll
    for (int j = 0; j < T::COLUMNS / 8; j++, column += 8) {
        float2 bias = column < columns ? __ldg(reinterpret_cast<const float2*>(p.bias + column)) : float2{0.0f, 0.0f};
#pragma unroll
        for (int i = 0; i < T::ROWS / 64 * 2; i++) {
            sums[i / 2][4 * j + i % 2 * 2] = bias.x;
            sums[i / 2][4 * j + i % 2 * 2 + 1] = bias.y;
        }
    }
}

// The 16 columns of a slab that lie at address: 8 sums of this thread, 4 in each group of 8 columns.
template <int ACT, bool RESIDUAL> __device__ __forceinline__ void finish_columns(const float* sums, uint32_t address) {
    float x[8];
#pragma unroll
    for (int e = 0; e < 8; e++) x[e] = ACT == RELU ? fmaxf(sums[e], 0.0f) : sums[e];
    if (ACT == GELU) gelu_polynomial(x);
    if (RESIDUAL) {
        uint32_t residual[4];
        ldmatrix_x4(residual, address);
#pragma unroll
        for (int e = 0; e < 4; e++) {
            x[2 * e] += __uint_as_float(residual[e] << 16);
            x[2 * e + 1] += __uint_as_float(residual[e] & 0xffff0000u);
        }
    }
    stmatrix_x4(address, pack_bf16(x[0], x[1]), pack_bf16(x[2], x[3]), pack_bf16(x[4], x[5]), pack_bf16(x[6], x[7]));
}

// Slab by slab: activation and residual, to shared memory.
template <class T, int ACT, bool RESIDUAL>
__device__ __forceinline__ void finish_tile(const float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                            Ring<T::SLABS>& ring, int consumer) {
    int lane = threadIdx.x % 32;
    int row = threadIdx.x % WARPGROUP / 32 * 16 + lane % 16;
    int swizzle = T::SLAB_COLUMNS == 64 ? row & 7 : row >> 1 & 3;
    uint32_t offset = row * T::SLAB_COLUMNS * 2 + ((lane / 16 ^ swizzle) << 4);
#pragma unroll
    for (int c = 0; c < T::COLUMNS / T::SLAB_COLUMNS; c++) {
#pragma unroll
        for (int i = 0; i < T::ROWS / 64; i++) {
            uint32_t slab = shared.slab(consumer, ring.at) + offset;
            mbarrier_wait(shared.ready(consumer, ring.at), ring.parity);
#pragma unroll
            for (int j = 0; j < T::SLAB_COLUMNS / 16; j++) {
                finish_columns<ACT, RESIDUAL>(&sums[i][c * (T::SLAB_COLUMNS / 2) + 8 * j], slab ^ (32 * j));
            }
            tma_store_fence();
            __syncwarp();
            if (lane == 0) mbarrier_arrive(shared.filled(consumer, ring.at));
            ring.next();
        }
    }
}

template <class T, int ACT>
__device__ __forceinline__ void finish_tile(const float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                            Ring<T::SLABS>& ring, int consumer, bool residual) {
    if (residual) {
        finish_tile<T, ACT, true>(sums, shared, ring, consumer);
    } else {
        finish_tile<T, ACT, false>(sums, shared, ring, consumer);
    }
}

// All k of one tile; one group of multiplications stays under way while the next is issued.
template <class T>
__device__ __forceinline__ void multiply_tile(float (&sums)[T::ROWS / 64][T::COLUMNS / 2], const Shared<T>& shared,
                                              Ring<T::STAGES> ring, int consumer, int count) {
    int lane = threadIdx.x % 32;
    auto release = [&](int stage) {
        if (lane < BLOCKS) mbarrier_arrive_at(shared.empty(stage), lane);
    };
    int previous = 0;
    for (int slice = 0; slice < count; slice++, ring.next()) {
        mbarrier_wait(shared.full(ring.at), ring.parity);
        uint32_t in = shared.in(ring.at) + (T::IN_TURNS ? 0 : consumer * T::ROWS * SLICE_BYTES);
        uint32_t weight = shared.weight(ring.at);
        wgmma_fence();
#pragma unroll
        for (int step = 0; step < SLICE / 16; step++) {
#pragma unroll
            for (int i = 0; i < T::ROWS / 64; i++) {
                Wgmma<T::COLUMNS>::multiply(sums[i], wgmma_descriptor(in + i * 64 * SLICE_BYTES + step * 32),
                                            wgmma_descriptor(weight + step * 32));
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

template <class T> __device__ __forceinline__ void consume(const Shared<T>& shared, const Arguments& p, int consumer) {
    Tiles<T> tiles(p);
    Ring<T::SLABS> slabs(0);
    float sums[T::ROWS / 64][T::COLUMNS / 2];
    int count = slices(p);
    int done = 0;
    for (int tile = tiles.first(); tile < tiles.count; tile += tiles.step(), done++) {
        if (T::IN_TURNS && done % 2 != consumer) continue;
        start_sums<T>(sums, tiles.column(tile), p);
        // the first consumer begins without waiting
        if (T::IN_TURNS) mbarrier_wait(shared.turn(consumer), (done / 2 + consumer + 1) & 1);
        multiply_tile<T>(sums, shared, Ring<T::STAGES>(done * count), consumer, count);
        if (p.act == GELU) {
            finish_tile<T, GELU>(sums, shared, slabs, consumer, p.residual_rows != 0);
        } else if (p.act == RELU) {
            finish_tile<T, RELU>(sums, shared, slabs, consumer, p.residual_rows != 0);
        } else {
            finish_tile<T, NONE>(sums, shared, slabs, consumer, p.residual_rows != 0);
        }
    }
}

template <class T> __device__ __forceinline__ void linear(const Arguments& p) {
    extern __shared__ unsigned char memory[];
    Shared<T> shared = {(shared_address(memory) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT};
    // the same in all lanes, and the compiler has to know
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0);
    if (threadIdx.x == 0) {
        shared.init();
        tma_prefetch_map(p.in);
        tma_prefetch_map(p.weight);
    }
    cluster_sync();
    if (warp < 4) {
        setmaxnreg_dec<T::MOVER_REGISTERS>();
        if (threadIdx.x % 32 == 0) {
            if (warp == 0) load_slices(shared, p);
            if (warp == 1 || warp == 2) store_slabs(shared, p, warp - 1);
        }
    } else {
        setmaxnreg_inc<T::CONSUMER_REGISTERS>();
        consume(shared, p, warp / 4 - 1);
    }
    // a block that ended could not be sent to
    __syncwarp();
    cluster_sync();
}

#define LINEAR(NAME, ROWS, COLUMNS, IN_TURNS, SLABS)                                                                          \
    extern "C" __global__ void __cluster_dims__(BLOCKS, 1, 1) __launch_bounds__(3 * WARPGROUP, 1) linear_bf16_sm90_##NAME(     \
        const __grid_constant__ TensorMap in, const __grid_constant__ TensorMap weight, const __grid_constant__ TensorMap out, \
        const __grid_constant__ TensorMap residual, const float* bias, int m, int n, int k, int residual_rows, int act) {      \
        linear<Tiling<ROWS, COLUMNS, IN_TURNS, SLABS>>({in, weight, out, residual, bias, m, n, k, residual_rows, act});        \
    }

LINEAR(together_128x256, 64, 256, false, 2)
LINEAR(turns_128x192, 128, 192, true, 4)
LINEAR(turns_128x160, 128, 160, true, 5)
