// Warpgroup instructions of sm_90a, one per function, named as in the PTX manual. A warpgroup is 4 warps, the first of a
// number divisible by 4.
#pragma once
#include "wgmma_packed_shapes.cuh"
#include "wgmma_shapes.cuh"

// Describes a K-major operand in 128-byte swizzle (the form that tma_load writes): rows of 128 B, 8 rows 1024 B apart.
// A step of 16 along k adds 32 to the address. Of an operand that lies the other way, its 64 columns along the row, a step of
// 16 is 16 rows and adds 2048.
__device__ __forceinline__ uint64_t wgmma_descriptor(uint32_t shared) {
    constexpr uint64_t SWIZZLE_128 = 1ull << 62;
    constexpr uint64_t GROUP_STRIDE = static_cast<uint64_t>(1024 >> 4) << 32;
    constexpr uint64_t LEADING_STRIDE_UNUSED = 1ull << 16;
    return SWIZZLE_128 | GROUP_STRIDE | LEADING_STRIDE_UNUSED | ((shared & 0x3ffff) >> 4);
}

// The same in 32-byte swizzle: rows of 32 B, 8 rows 256 B apart.
__device__ __forceinline__ uint64_t wgmma_descriptor_32(uint32_t shared) {
    constexpr uint64_t SWIZZLE_32 = 3ull << 62;
    constexpr uint64_t GROUP_STRIDE = static_cast<uint64_t>(256 >> 4) << 32;
    constexpr uint64_t LEADING_STRIDE_UNUSED = 1ull << 16;
    return SWIZZLE_32 | GROUP_STRIDE | LEADING_STRIDE_UNUSED | ((shared & 0x3ffff) >> 4);
}

// The same for rows of 64 B in 64-byte swizzle: 8 rows 512 B apart.
__device__ __forceinline__ uint64_t wgmma_descriptor_64(uint32_t shared) {
    constexpr uint64_t SWIZZLE_64 = 2ull << 62;
    constexpr uint64_t GROUP_STRIDE = static_cast<uint64_t>(512 >> 4) << 32;
    constexpr uint64_t LEADING_STRIDE_UNUSED = 1ull << 16;
    return SWIZZLE_64 | GROUP_STRIDE | LEADING_STRIDE_UNUSED | ((shared & 0x3ffff) >> 4);
}

// Before the first wgmma, and whenever a register that one uses was written otherwise.
__device__ __forceinline__ void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }

__device__ __forceinline__ void wgmma_commit_group() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

// Until at most that many groups of this warpgroup are under way.
template <int GROUPS> __device__ __forceinline__ void wgmma_wait_group() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(GROUPS) : "memory");
}

// Registers per thread from here on; every warp of the warpgroup calls it.
template <int REGISTERS> __device__ __forceinline__ void setmaxnreg_inc() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

template <int REGISTERS> __device__ __forceinline__ void setmaxnreg_dec() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS));
}

// Four 8x8 matrices of 16-bit values: lane l gives the address of row l%8 of matrix l/8, and of each matrix holds row l/4,
// columns 2(l%4), +1.
__device__ __forceinline__ void stmatrix_x4(uint32_t address, uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3) {
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};" ::"r"(address), "r"(r0), "r"(r1), "r"(r2), "r"(r3)
                 : "memory");
}

// The same, each matrix transposed: lane l holds of the column l/4 the rows 2(l%4), +1.
__device__ __forceinline__ void stmatrix_x4_trans(uint32_t address, uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3) {
    asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1,%2,%3,%4};" ::"r"(address), "r"(r0), "r"(r1), "r"(r2), "r"(r3)
                 : "memory");
}
