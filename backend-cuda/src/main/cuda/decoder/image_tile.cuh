// Rows of the image's 256 channels in shared memory, as wgmma takes them and as registers do: four slabs of 64 channels, rows of
// 128 bytes in 128-byte swizzle.
#pragma once
#include "../common/async_copy.cuh"
#include "../common/mma.cuh"
#include "../common/tma.cuh"
#include "../common/vector.cuh"
#include "../common/wgmma.cuh"

constexpr int CHANNELS = 256;
constexpr int SLABS = 4;
constexpr int STEPS = CHANNELS / 16;
constexpr int ROW_CHUNKS = CHANNELS / 8;
constexpr int ALIGNMENT = 1024;   // the swizzle counts from multiples of it
constexpr int WARPGROUP = 128;

__device__ __forceinline__ uint32_t aligned_shared(const void* memory) {
    return (shared_address(memory) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

template <int ROWS> struct ImageTile {
    static constexpr int SLAB_BYTES = ROWS * 128;
    static constexpr int BYTES = SLABS * SLAB_BYTES;
    uint32_t base;

    // 8 channels of a row, the chunk-th.
    __device__ __forceinline__ uint32_t chunk(int row, int chunk) const {
        return base + chunk / 8 * SLAB_BYTES + row * 128 + ((chunk % 8 ^ (row & 7)) << 4);
    }

    // Starts the copy of COUNT rows from first on by THREADS threads of which this is one.
    template <int COUNT, int THREADS> __device__ __forceinline__ void copy(const bf16* from, int first, int thread) const {
#pragma unroll 4
        for (int i = 0; i < COUNT * ROW_CHUNKS / THREADS; i++) {
            int row = first + (i * THREADS + thread) / ROW_CHUNKS, column = (i * THREADS + thread) % ROW_CHUNKS;
            copy_async_16(chunk(row, column), from + static_cast<size_t>(row) * CHANNELS + 8 * column);
        }
    }

    // 16 rows from first on, channels 16 step..: the row operand of mma, and of wgmma with first = 16 times the warp's number.
    __device__ __forceinline__ void load(uint32_t (&a)[4], int first, int step) const {
        int lane = threadIdx.x % 32;
        ldmatrix_x4(a, chunk(first + lane % 16, 2 * step + lane / 16));
    }

    // Rows from first on as an operand whose k is the channel, from 16 step on.
    __device__ __forceinline__ uint64_t by_channel(int first, int step) const {
        return wgmma_descriptor(base + step / 4 * SLAB_BYTES + first * 128) + 2 * (step % 4);
    }

    // The 64 channels of a slab as an operand whose k is the row, from first on.
    __device__ __forceinline__ uint64_t by_row(int slab, int first) const {
        return wgmma_descriptor(base + slab * SLAB_BYTES + first * 128);
    }
};
