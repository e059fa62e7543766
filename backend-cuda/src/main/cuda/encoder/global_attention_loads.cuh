// What global_attention.cu keeps in shared memory, and the warpgroup that fills it.
#pragma once
#include "../common/attention.cuh"
#include "../common/mbarrier.cuh"
#include "../common/mma.cuh"
#include "../common/overlap.cuh"
#include "../common/tma.cuh"

constexpr int GRID = 64, TOKENS = GRID * GRID;
constexpr int CONSUMERS = 3, WARPGROUP = 128, THREADS = (1 + CONSUMERS) * WARPGROUP;
constexpr int BLOCKS = (GRID + CONSUMERS - 1) / CONSUMERS;   // units of a head
constexpr int ALIGNMENT = 1024;                              // the swizzle counts from multiples of it
constexpr int NARROW = GRID * 32;                            // bytes of 64 rows of 16 columns
constexpr int PITCH = GRID + 8;                              // words per query of rel_h and what follows it
constexpr int NEXT_ROW = 8 * PITCH;                          // words to the second query of a thread
constexpr float HEADROOM = 32;                               // in units of log2
constexpr uint32_t ONES = 0x3f803f80;                        // two in bf16

template <int HEAD_DIM, int STAGES_> struct Tiling {
    static constexpr int HD = HEAD_DIM, STAGES = STAGES_;
    static constexpr int COLUMNS = HD + 8;                   // of values: 8 of ones
    static constexpr int PANEL = GRID * HD * 2;
    static constexpr int STAGE = 2 * PANEL + (HD == 64 ? 0 : NARROW);
    static constexpr int RELATIVE = GRID * PITCH * 4;
    static constexpr int SHARED_BYTES =
        ALIGNMENT + (2 * CONSUMERS + 2) * PANEL + STAGES * STAGE + (HD == 64 ? 2 : 1) * NARROW + CONSUMERS * RELATIVE + 512;
    static constexpr float SCALE = HD == 64 ? 0.125f : 0.11180339887498949f;
    static constexpr float TO_LOG2 = SCALE * LOG2_E;
    static_assert(SHARED_BYTES <= 227 * 1024, "shared memory of a block");
};

struct Arguments {
    const TensorMap& qkv_wide;
    const TensorMap& qkv_narrow;
    const TensorMap& rel_h_wide;
    const TensorMap& rel_h_narrow;
    const TensorMap& rel_w_wide;
    const TensorMap& rel_w_narrow;
    bf16* out;
    int heads, units;
    // the results in int8 instead, and by what each channel is multiplied before
    signed char* out_int8 = nullptr;
    const float* factors = nullptr;
};

template <class T> struct Shared {
    uint32_t base;

    __device__ __forceinline__ uint32_t query(int consumer) const { return base + consumer * T::PANEL; }
    __device__ __forceinline__ uint32_t rel_h(int consumer) const { return query(CONSUMERS + consumer); }
    __device__ __forceinline__ uint32_t rel_w(int half) const { return query(2 * CONSUMERS + half); }
    __device__ __forceinline__ uint32_t keys(int stage) const { return query(2 * CONSUMERS + 2) + stage * T::STAGE; }
    __device__ __forceinline__ uint32_t values(int stage) const { return keys(stage) + T::PANEL; }
    __device__ __forceinline__ uint32_t ones() const { return keys(T::STAGES); }
    __device__ __forceinline__ uint32_t starts() const { return ones() + (T::HD == 64 ? NARROW : 0); }
    __device__ __forceinline__ uint32_t relative(int consumer) const { return starts() + NARROW + consumer * T::RELATIVE; }
    __device__ __forceinline__ uint32_t full(int stage) const { return relative(CONSUMERS) + 8 * stage; }
    __device__ __forceinline__ uint32_t empty(int stage) const { return full(T::STAGES + stage); }
    __device__ __forceinline__ uint32_t query_full(int consumer) const { return full(2 * T::STAGES + consumer); }
    __device__ __forceinline__ uint32_t query_empty(int consumer) const { return query_full(CONSUMERS + consumer); }
    __device__ __forceinline__ uint32_t tables() const { return query_full(2 * CONSUMERS); }

    __device__ __forceinline__ void init() const {
        for (int i = 0; i < T::STAGES; i++) {
            mbarrier_init(full(i), 1);
            mbarrier_init(empty(i), 4 * CONSUMERS);
        }
        for (int i = 0; i < CONSUMERS; i++) {
            mbarrier_init(query_full(i), 1);
            mbarrier_init(query_empty(i), 4);
        }
        mbarrier_init(tables(), 1);
        mbarrier_init_fence();
    }
};

__device__ __forceinline__ unsigned char* pointer(uint32_t shared) {
    extern __shared__ unsigned char memory[];
    return memory + (shared - shared_address(memory));
}

// By all threads: the ones that stand beside keys and values.
template <class T> __device__ __forceinline__ void write_ones(const Shared<T>& shared) {
    const uint4 ones = make_uint4(ONES, ONES, ONES, ONES);
    if (threadIdx.x < NARROW / 16) {
        // a row of 16 columns is two chunks that change places every four rows; four columns are added
        bool first = threadIdx.x % 2 == threadIdx.x / 8 % 2;
        int at = 16 * threadIdx.x;
        *reinterpret_cast<uint4*>(pointer(shared.starts() + at)) = first ? make_uint4(ONES, ONES, 0, 0) : make_uint4(0, 0, 0, 0);
        if (T::HD == 64) *reinterpret_cast<uint4*>(pointer(shared.ones() + at)) = ones;
        for (int stage = 0; T::HD != 64 && stage < T::STAGES; stage++) {
            *reinterpret_cast<uint4*>(pointer(shared.values(stage) + T::PANEL + at)) = ones;
        }
    }
    tma_store_fence();
}

struct Unit {
    int row, head, image;

    __device__ __forceinline__ Unit(int unit, int heads)
        : row(unit % BLOCKS * CONSUMERS), head(unit / BLOCKS % heads), image(unit / BLOCKS / heads) {}
};

template <class T>
__device__ __forceinline__ void load_panel(uint32_t to, const TensorMap& wide, const TensorMap& narrow, uint32_t full, int column,
                                           int row) {
    tma_load(to, wide, full, column, row);
    if (T::HD == 80) tma_load(to + GRID * 128, narrow, full, column + 64, row);
}

template <class T>
__device__ __forceinline__ void load_values(uint32_t to, const Arguments& p, uint32_t full, int column, int row) {
    if (T::HD == 64) {
        tma_load(to, p.qkv_wide, full, column, row);
    } else {
        for (int i = 0; i < T::HD / 16; i++) tma_load(to + i * NARROW, p.qkv_narrow, full, column + 16 * i, row);
    }
}

// One thread: rel_w once, then unit after unit the queries and their rows of rel_h.
template <class T> __device__ __forceinline__ void load_queries(const Shared<T>& shared, const Arguments& p) {
    mbarrier_arrive_expect_tx(shared.tables(), 2 * T::PANEL);
    for (int half = 0; half < 2; half++) {
        load_panel<T>(shared.rel_w(half), p.rel_w_wide, p.rel_w_narrow, shared.tables(), 0, half * GRID);
    }
    uint32_t parity = 1;
    for (int i = blockIdx.x; i < p.units; i += gridDim.x, parity ^= 1) {
        Unit unit(i, p.heads);
        for (int consumer = 0; consumer < CONSUMERS; consumer++) {
            // past the last row the last again, which is not stored
            int row = min(unit.row + consumer, GRID - 1);
            uint32_t full = shared.query_full(consumer);
            mbarrier_wait(shared.query_empty(consumer), parity);
            mbarrier_arrive_expect_tx(full, 2 * T::PANEL);
            load_panel<T>(shared.query(consumer), p.qkv_wide, p.qkv_narrow, full, unit.head * T::HD, unit.image * TOKENS + row * GRID);
            load_panel<T>(shared.rel_h(consumer), p.rel_h_wide, p.rel_h_narrow, full, 0, row);
        }
    }
}

// One thread: in a stage come the keys of one step and the values of the step before.
template <class T> __device__ __forceinline__ void load_steps(const Shared<T>& shared, const Arguments& p) {
    Ring<T::STAGES> stage(T::STAGES);
    int width = p.heads * T::HD;
    for (int i = blockIdx.x; i < p.units; i += gridDim.x) {
        Unit unit(i, p.heads);
        int column = width + unit.head * T::HD;
#pragma unroll 1
        for (int step = 0; step <= GRID; step++, stage.next()) {
            uint32_t full = shared.full(stage.at);
            int row = unit.image * TOKENS + step * GRID;
            mbarrier_wait(shared.empty(stage.at), stage.parity);
            mbarrier_arrive_expect_tx(full, step == 0 || step == GRID ? T::PANEL : 2 * T::PANEL);
            if (step < GRID) load_panel<T>(shared.keys(stage.at), p.qkv_wide, p.qkv_narrow, full, column, row);
            if (step > 0) load_values<T>(shared.values(stage.at), p, full, column + width, row - GRID);
        }
    }
}
