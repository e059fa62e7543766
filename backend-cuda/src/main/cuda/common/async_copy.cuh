// Copies from global to shared memory that run beside the arithmetic (cp.async, sm_80 and newer).
#pragma once
#include <cstdint>

// 16 bytes; where not wanted, 16 zero bytes, and the source is not read.
__device__ __forceinline__ void copy_async_16(uint32_t shared, const void* global, bool wanted) {
    int bytes = wanted ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(global), "r"(bytes) : "memory");
}

__device__ __forceinline__ void copy_async_16(uint32_t shared, const void* global) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared), "l"(global) : "memory");
}

__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most that many groups of this thread are under way.
template <int GROUPS> __device__ __forceinline__ void wait_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS) : "memory");
}
