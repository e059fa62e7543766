// What a product on sm_80 multiplies, a times b: a slice of k of both lies in shared memory, and a warp has 64 rows of each. A warp's
// 64x64 asks shared memory for less than the tensor cores can do with it.
#pragma once
#include "../common/mma.cuh"
#include "../common/shared_memory.cuh"

constexpr int WARP_TILE = 64;
// A slice of a row of b, and of one of a that is dense.
constexpr int SLICE_BYTES = 128;
// Metadata of 64 rows and columns: a word for every lane and 16 rows.
constexpr int METADATA_TILE_BYTES = 512;

// Chunk c of 16 B of a row, stored so that the 8 rows that ldmatrix reads at once lie in different banks.
template <int ROW_BYTES> __device__ __forceinline__ uint32_t swizzled(int row, int chunk) {
    return row * ROW_BYTES + ((chunk ^ (row * ROW_BYTES / 128 & (ROW_BYTES / 16 - 1))) << 4);
}

// 16 rows of a, 32 bytes of each from the chunk 2 step on.
template <int ROW_BYTES> __device__ __forceinline__ void load_16(uint32_t (&rows)[4], uint32_t from, int step) {
    int lane = threadIdx.x % 32;
    ldmatrix_x4(rows, from + swizzled<ROW_BYTES>(lane % 16, 2 * step + lane / 16));
}

struct MultiplyBf16 {
    using Sum = float;
    static __device__ __forceinline__ void apply(float (&sums)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
        mma_m16n8k16(sums, a, b0, b1);
    }
};

struct MultiplyInt8 {
    using Sum = int;
    static __device__ __forceinline__ void apply(int (&sums)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
        mma_m16n8k32_int8(sums, a, b0, b1);
    }
};

// 32 bytes of both a step; the next step's are loaded while one is multiplied.
template <class MULTIPLY> struct Dense {
    using Sum = typename MULTIPLY::Sum;
    static constexpr int A_ROW_BYTES = SLICE_BYTES;
    static constexpr int METADATA_BYTES = 0;
    static constexpr int STEPS = SLICE_BYTES / 32;

    struct Fragments {
        uint32_t a[4][4];
        uint32_t b[4][4];

        __device__ __forceinline__ void load(uint32_t a_rows, uint32_t b_rows, int step) {
            int lane = threadIdx.x % 32;
            uint32_t b_lane = swizzled<SLICE_BYTES>(lane % 8 + lane / 16 * 8, 2 * step + lane / 8 % 2);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                load_16<SLICE_BYTES>(a[i], a_rows + i * 16 * SLICE_BYTES, step);
                ldmatrix_x4(b[i], b_rows + i * 16 * SLICE_BYTES + b_lane);
            }
        }
    };

    static __device__ __forceinline__ void multiply(Sum (&sums)[4][8][4], uint32_t a_rows, uint32_t b_rows, uint32_t) {
        Fragments fragments[2];
        fragments[0].load(a_rows, b_rows, 0);
#pragma unroll
        for (int step = 0; step < STEPS; step++) {
            if (step + 1 < STEPS) fragments[(step + 1) % 2].load(a_rows, b_rows, step + 1);
            const Fragments& f = fragments[step % 2];
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int j = 0; j < 8; j++) MULTIPLY::apply(sums[i][j], f.a[i], f.b[j / 2][2 * (j % 2)], f.b[j / 2][2 * (j % 2) + 1]);
            }
        }
    }
};

using DenseBf16 = Dense<MultiplyBf16>;
using DenseInt8 = Dense<MultiplyInt8>;

// A word of metadata serves both steps of a slice, by halves of every four lanes.
struct MultiplySparseBf16 {
    using Sum = float;
    static constexpr int WORDS = 1;
    template <int STEP>
    static __device__ __forceinline__ void apply(float (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
        mma_sp_m16n8k32<STEP>(sums, a, b, metadata);
    }
};

// A word serves a step.
struct MultiplySparseInt8 {
    using Sum = int;
    static constexpr int WORDS = 2;
    template <int STEP>
    static __device__ __forceinline__ void apply(int (&sums)[4], const uint32_t (&a)[4], const uint32_t (&b)[4], uint32_t metadata) {
        mma_sp_m16n8k64_int8(sums, a, b, metadata);
    }
};

// 32 bytes of a and 64 of b a step; the next 8 rows of b are loaded while 8 are multiplied. metadata_words: this lane's of the first 16 rows.
template <class MULTIPLY> struct Sparse {
    using Sum = typename MULTIPLY::Sum;
    static constexpr int A_ROW_BYTES = SLICE_BYTES / 2;
    static constexpr int METADATA_BYTES = MULTIPLY::WORDS * METADATA_TILE_BYTES;

    template <int STEP>
    static __device__ __forceinline__ void step(Sum (&sums)[4][8][4], uint32_t a_rows, uint32_t b_rows, uint32_t metadata_words) {
        int lane = threadIdx.x % 32;
        uint32_t a[4][4], b[2][4], metadata[4];
        uint32_t b_lane = b_rows + swizzled<SLICE_BYTES>(lane % 8, 4 * STEP + lane / 8);
        ldmatrix_x4(b[0], b_lane);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            load_16<A_ROW_BYTES>(a[i], a_rows + i * 16 * A_ROW_BYTES, STEP);
            metadata[i] = load_shared_4(metadata_words + STEP * (MULTIPLY::WORDS - 1) * METADATA_TILE_BYTES + i * 32 * 4);
        }
#pragma unroll
        for (int j = 0; j < 8; j++) {
            if (j < 7) ldmatrix_x4(b[(j + 1) % 2], b_lane + (j + 1) * 8 * SLICE_BYTES);
#pragma unroll
            for (int i = 0; i < 4; i++) MULTIPLY::template apply<STEP>(sums[i][j], a[i], b[j % 2], metadata[i]);
        }
    }

    static __device__ __forceinline__ void multiply(Sum (&sums)[4][8][4], uint32_t a_rows, uint32_t b_rows, uint32_t metadata) {
        step<0>(sums, a_rows, b_rows, metadata);
        step<1>(sums, a_rows, b_rows, metadata);
    }
};

using SparseBf16 = Sparse<MultiplySparseBf16>;
using SparseInt8 = Sparse<MultiplySparseInt8>;
