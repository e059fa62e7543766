// What a product on Hopper multiplies, a times b: a slice of k of both lies in shared memory, a row of b in 128-byte swizzle.
#pragma once
#include "../common/wgmma.cuh"

constexpr int WARPGROUP = 128;
// What a row of a slice of b takes in shared memory: the swizzle's span.
constexpr int SLICE_BYTES = 128;
// What a step of one wgmma takes of it.
constexpr int STEP_BYTES = 32;
// Metadata of 64 rows: a word for every thread of a warpgroup.
constexpr int METADATA_BYTES = WARPGROUP * 4;

// What is multiplied: SLICE values of k at a time, in STEPS instructions for every 64 rows of a;
// UNDER_WAY slices are still multiplied while the next is issued.
struct DenseBf16 {
    using Sum = float;
    static constexpr int SLICE = 64;
    static constexpr int A_ROW_BYTES = SLICE_BYTES;
    static constexpr int STEPS = 4;
    static constexpr int METADATA = 0;
    static constexpr int UNDER_WAY = 1;

    template <int COLUMNS>
    static __device__ __forceinline__ void multiply(float (&sums)[COLUMNS / 2], uint32_t a, uint32_t b, const uint32_t*, int step) {
        Wgmma<COLUMNS>::multiply(sums, wgmma_descriptor(a + step * STEP_BYTES), wgmma_descriptor(b + step * STEP_BYTES));
    }
};

struct DenseInt8 {
    using Sum = int;
    static constexpr int SLICE = 128;
    static constexpr int A_ROW_BYTES = SLICE_BYTES;
    static constexpr int STEPS = 4;
    static constexpr int METADATA = 0;
    static constexpr int UNDER_WAY = 1;

    template <int COLUMNS>
    static __device__ __forceinline__ void multiply(int (&sums)[COLUMNS / 2], uint32_t a, uint32_t b, const uint32_t*, int step) {
        WgmmaInt8<COLUMNS>::multiply(sums, wgmma_descriptor(a + step * STEP_BYTES), wgmma_descriptor(b + step * STEP_BYTES));
    }
};

// a is 2:4 sparse; a word of METADATA serves a slice, by halves.
struct SparseBf16 {
    using Sum = float;
    static constexpr int SLICE = 64;
    static constexpr int A_ROW_BYTES = SLICE_BYTES / 2;
    static constexpr int STEPS = 2;
    static constexpr int METADATA = 1;
    static constexpr int UNDER_WAY = 1;

    template <int COLUMNS>
    static __device__ __forceinline__ void multiply(float (&sums)[COLUMNS / 2], uint32_t a, uint32_t b, const uint32_t* metadata,
                                                    int step) {
        uint64_t a_step = wgmma_descriptor_64(a + step * STEP_BYTES);
        uint64_t b_step = wgmma_descriptor(b + step * 2 * STEP_BYTES);
        if (step == 0) {
            WgmmaSparse<COLUMNS, 0>::multiply(sums, a_step, b_step, metadata[0]);
        } else {
            WgmmaSparse<COLUMNS, 1>::multiply(sums, a_step, b_step, metadata[0]);
        }
    }
};

// a is 2:4 sparse; a word of METADATA serves a step.
struct SparseInt8 {
    using Sum = int;
    static constexpr int SLICE = 128;
    static constexpr int A_ROW_BYTES = SLICE_BYTES / 2;
    static constexpr int STEPS = 2;
    static constexpr int METADATA = 2;
    // with two sets of metadata registers, as in bf16, the compiler waits after every instruction (C7513)
    static constexpr int UNDER_WAY = 0;

    template <int COLUMNS>
    static __device__ __forceinline__ void multiply(int (&sums)[COLUMNS / 2], uint32_t a, uint32_t b, const uint32_t* metadata,
                                                    int step) {
        WgmmaSparseInt8<COLUMNS>::multiply(sums, wgmma_descriptor_64(a + step * STEP_BYTES),
                                           wgmma_descriptor(b + step * 2 * STEP_BYTES), metadata[step]);
    }
};
