// What the attention kernels share: rows of one head in shared memory, products of 16 queries with 16 such rows on the
// tensor cores, and the arithmetic of the softmax. A warp owns 16 queries; a lane sees those of rows lane/4 and
// lane/4 + 8, the four lanes with equal lane/4 form a quad.
#pragma once
#include "async_copy.cuh"
#include "element.cuh"
#include "mma.cuh"

constexpr float LOG2_E = 1.4426950408889634f;

__device__ __forceinline__ float exp2_approximate(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

__device__ __forceinline__ float quad_max(float x) {
    x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
    return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

__device__ __forceinline__ float quad_sum(float x) {
    x += __shfl_xor_sync(0xffffffffu, x, 1);
    return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

// Byte offset of 16 bytes (one chunk) of a row of HD bf16 values. The chunks of a row change places with the row so
// that the same chunk of eight consecutive rows, which is what ldmatrix reads, lies in eight different bank groups.
template <int HD> __device__ __forceinline__ uint32_t chunk_offset(int row, int chunk) {
    static_assert(HD == 64 || HD == 80, "rows of 8 chunks, or of 10 (two more than the banks hold)");
    int place = HD == 64 ? chunk ^ (row & 7) : chunk ^ (row >> 2 & 1);
    return row * (HD * 2) + place * 16;
}

// Of 16 rows used as keys, the row whose chunk 2k + key_half() this lane gives to ldmatrix_x4.
__device__ __forceinline__ int key_row() { return threadIdx.x / 16 % 2 * 8 + threadIdx.x % 8; }
__device__ __forceinline__ int key_half() { return threadIdx.x / 8 % 2; }
// Of 16 rows used as values (transposed), likewise.
__device__ __forceinline__ int value_row() { return threadIdx.x % 16; }
__device__ __forceinline__ int value_half() { return threadIdx.x / 16 % 2; }

// 16 queries as the row operand of mma, from global memory; top and bottom are the rows of this lane.
template <int HD>
__device__ __forceinline__ void load_queries(uint32_t (&q)[HD / 16][4], const bf16* top, const bf16* bottom) {
    int pair = threadIdx.x % 4;
#pragma unroll
    for (int k = 0; k < HD / 16; k++) {
        q[k][0] = reinterpret_cast<const uint32_t*>(top + 16 * k)[pair];
        q[k][1] = reinterpret_cast<const uint32_t*>(bottom + 16 * k)[pair];
        q[k][2] = reinterpret_cast<const uint32_t*>(top + 16 * k + 8)[pair];
        q[k][3] = reinterpret_cast<const uint32_t*>(bottom + 16 * k + 8)[pair];
    }
}

// left += q · (rows 0..7)ᵀ, right += q · (rows 8..15)ᵀ, where row is the one of 16 that key_row() chose.
template <int HD>
__device__ __forceinline__ void multiply_rows(float (&left)[4], float (&right)[4], const uint32_t (&q)[HD / 16][4],
                                              uint32_t tile, int row) {
#pragma unroll
    for (int k = 0; k < HD / 16; k++) {
        uint32_t b[4];
        ldmatrix_x4(b, tile + chunk_offset<HD>(row, 2 * k + key_half()));
        mma_m16n8k16(left, q[k], b[0], b[1]);
        mma_m16n8k16(right, q[k], b[2], b[3]);
    }
}
