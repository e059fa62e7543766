// The bulk tensor copy engine (sm_90), one instruction per function. What a box has outside its tensor is read as zero and
// not written.
#pragma once
#include <cstdint>

// CUtensorMap: made by the host, passed by value as const __grid_constant__.
struct alignas(64) TensorMap {
    unsigned char bytes[128];
};

// Ahead of the first copy that needs it.
__device__ __forceinline__ void tma_prefetch_map(const TensorMap& map) {
    asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
}

// The box at (x, y), x innermost; the barrier gets its bytes.
__device__ __forceinline__ void tma_load(uint32_t shared, const TensorMap& map, uint32_t barrier, int x, int y) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%3,%4}], [%2];" ::"r"(
                     shared),
                 "l"(&map), "r"(barrier), "r"(x), "r"(y)
                 : "memory");
}

// With a hint for L2.
__device__ __forceinline__ void tma_load(uint32_t shared, const TensorMap& map, uint32_t barrier, int x, int y, uint64_t hint) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.L2::cache_hint"
                 " [%0], [%1, {%3,%4}], [%2], %5;" ::"r"(shared),
                 "l"(&map), "r"(barrier), "r"(x), "r"(y), "l"(hint)
                 : "memory");
}

// Bytes in a row, a multiple of 16 at multiples of 16.
__device__ __forceinline__ void bulk_load(uint32_t shared, const void* from, int bytes, uint32_t barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(shared), "l"(from),
                 "r"(bytes), "r"(barrier)
                 : "memory");
}

// Into the same place of every block of the cluster whose bit is set; each one's barrier gets the bytes.
__device__ __forceinline__ void tma_load_multicast(uint32_t shared, const TensorMap& map, uint32_t barrier, int x, int y,
                                                   uint16_t blocks, uint64_t hint) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster.L2::cache_hint"
                 " [%0], [%1, {%3,%4}], [%2], %5, %6;" ::"r"(shared),
                 "l"(&map), "r"(barrier), "r"(x), "r"(y), "h"(blocks), "l"(hint)
                 : "memory");
}

__device__ __forceinline__ void tma_load_multicast(uint32_t shared, const TensorMap& map, uint32_t barrier, int x, int y,
                                                   uint16_t blocks) {
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster"
                 " [%0], [%1, {%3,%4}], [%2], %5;" ::"r"(shared),
                 "l"(&map), "r"(barrier), "r"(x), "r"(y), "h"(blocks)
                 : "memory");
}

// L2 gives such lines up last.
__device__ __forceinline__ uint64_t tma_keep() {
    uint64_t hint;
    asm volatile("createpolicy.fractional.L2::evict_last.b64 %0, 1.0;" : "=l"(hint));
    return hint;
}

// Stores a box and closes the thread's group of stores. Whoever wrote the box calls tma_store_fence before it is told.
__device__ __forceinline__ void tma_store(const TensorMap& map, uint32_t shared, int x, int y) {
    asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%2,%3}], [%1];" ::"l"(&map), "r"(shared), "r"(x), "r"(y)
                 : "memory");
    asm volatile("cp.async.bulk.commit_group;" ::: "memory");
}

// Orders this thread's writes to shared memory before the reads of the copy engine and of wgmma.
__device__ __forceinline__ void tma_store_fence() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Until at most that many of the thread's stores still read shared memory.
template <int STORES> __device__ __forceinline__ void tma_store_wait_read() {
    asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(STORES) : "memory");
}

// Until all of the thread's stores are done.
__device__ __forceinline__ void tma_store_wait() { asm volatile("cp.async.bulk.wait_group 0;" ::: "memory"); }
