// A block's 128x128 of a product a b^T on the tensor cores of sm_80 and newer: slices of k of both by cp.async through three stages
// of shared memory, 64x64 of the sums in the registers of each of 4 warps.
#pragma once
#include "../common/async_copy.cuh"
#include "operands.cuh"

constexpr int TILE = 128;
constexpr int THREADS = 128;
constexpr int STAGES = 3;

// A row-major matrix, bytes a row, a multiple of 16.
struct Rows {
    const void* values;
    int count;
    int bytes;
};

struct Product {
    Rows a;
    Rows b;
    // of a that is sparse: [count / 64, rounded up][slices][OPERANDS::METADATA_BYTES]
    const void* metadata;
    int metadata_lane;   // whose words this thread needs
};

template <class OPERANDS> constexpr int STAGE_BYTES = TILE * (OPERANDS::A_ROW_BYTES + SLICE_BYTES) + TILE / WARP_TILE * OPERANDS::METADATA_BYTES;

// Starts the copy of rows [first, first + TILE) of one slice; what lies outside the matrix becomes zero.
template <int ROW_BYTES> __device__ __forceinline__ void copy_slice(uint32_t to, const Rows& from, int first, int slice) {
    constexpr int CHUNKS = ROW_BYTES / 16;
    constexpr int TOGETHER = THREADS / CHUNKS;
    int chunk = threadIdx.x % CHUNKS;
    int row = threadIdx.x / CHUNKS;
    int byte = slice * ROW_BYTES + chunk * 16;
    const char* source = static_cast<const char*>(from.values) + static_cast<int64_t>(first + row) * from.bytes + byte;
#pragma unroll
    for (int i = 0; i < TILE / TOGETHER; i++) {
        copy_async_16(to + swizzled<ROW_BYTES>(row, chunk), source, first + row < from.count && byte < from.bytes);
        row += TOGETHER;
        source += static_cast<int64_t>(TOGETHER) * from.bytes;
    }
}

// The same of the metadata; rows past the last band of 64 are zeros, whose positions do not matter.
template <int BYTES> __device__ __forceinline__ void copy_metadata(uint32_t to, const Product& p, int first, int slice, int slices) {
    constexpr int CHUNKS = BYTES / 16;
    static_assert(TILE / WARP_TILE * CHUNKS <= THREADS, "a chunk for each thread");
    int chunk = threadIdx.x;
    if (chunk >= TILE / WARP_TILE * CHUNKS) return;
    int band = min(first / WARP_TILE + chunk / CHUNKS, (p.a.count - 1) / WARP_TILE);
    int64_t from = (static_cast<int64_t>(band) * slices + slice) * BYTES + chunk % CHUNKS * 16;
    copy_async_16(to + chunk * 16, static_cast<const char*>(p.metadata) + from);
}

// The rows of a that this warp multiplies, in the block's tile; those of b.
__device__ __forceinline__ int warp_row() { return threadIdx.x / 64 * WARP_TILE; }
__device__ __forceinline__ int warp_column() { return threadIdx.x / 32 % 2 * WARP_TILE; }

// Adds to the sums of this warp: sums[i][j] are of rows 16 i and columns 8 j on. Afterwards nobody needs the shared memory.
template <class OPERANDS>
__device__ __forceinline__ void multiply_block(typename OPERANDS::Sum (&sums)[4][8][4], uint32_t shared, const Product& p, int first_row,
                                               int first_column) {
    constexpr int B_OFFSET = TILE * OPERANDS::A_ROW_BYTES;
    constexpr int METADATA_OFFSET = B_OFFSET + TILE * SLICE_BYTES;
    int slices = (p.b.bytes + SLICE_BYTES - 1) / SLICE_BYTES;
    auto copy = [&](int slice) {
        if (slice < slices) {
            uint32_t to = shared + slice % STAGES * STAGE_BYTES<OPERANDS>;
            copy_slice<OPERANDS::A_ROW_BYTES>(to, p.a, first_row, slice);
            copy_slice<SLICE_BYTES>(to + B_OFFSET, p.b, first_column, slice);
            if constexpr (OPERANDS::METADATA_BYTES > 0) {
                copy_metadata<OPERANDS::METADATA_BYTES>(to + METADATA_OFFSET, p, first_row, slice, slices);
            }
        }
        commit_copies();
    };
    for (int slice = 0; slice < STAGES - 1; slice++) copy(slice);
    uint32_t a = shared + warp_row() * OPERANDS::A_ROW_BYTES;
    uint32_t b = shared + B_OFFSET + warp_column() * SLICE_BYTES;
    uint32_t metadata = shared + METADATA_OFFSET + warp_row() / WARP_TILE * OPERANDS::METADATA_BYTES + p.metadata_lane * 4;
    for (int slice = 0; slice < slices; slice++) {
        wait_copies<STAGES - 2>();
        __syncthreads();
        copy(slice + STAGES - 1);
        uint32_t stage = slice % STAGES * STAGE_BYTES<OPERANDS>;
        OPERANDS::multiply(sums, a + stage, b + stage, metadata + stage);
    }
    wait_copies<0>();
    __syncthreads();
}

// Moves up to 64 rows of a warp between shared and global memory in 16-byte pieces, a row's pieces by neighbouring lanes.
template <int ROW_BYTES, class Move> __device__ __forceinline__ void for_each_chunk(int rows, int bytes, Move move) {
    constexpr int CHUNKS = ROW_BYTES / 16;
    int lane = threadIdx.x % 32;
    int chunk = lane % CHUNKS;
#pragma unroll 4
    for (int row = lane / CHUNKS; row < WARP_TILE; row += 32 / CHUNKS) {
        if (row < rows && chunk * 16 < bytes) move(row, swizzled<ROW_BYTES>(row, chunk), chunk * 16);
    }
}
