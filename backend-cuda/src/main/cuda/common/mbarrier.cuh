// Barriers in shared memory (sm_90), one instruction per function. A barrier's phase ends when all arrivals, and all bytes
// that were announced, have come; phases alternate in parity, from 0.
#pragma once
#include <cstdint>

__device__ __forceinline__ void mbarrier_init(uint32_t barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals));
}

// Makes the initialisations visible to the cluster and to the copy engine; a barrier of the threads has to follow.
__device__ __forceinline__ void mbarrier_init_fence() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

__device__ __forceinline__ void mbarrier_arrive(uint32_t barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

// Arrives, and the phase also waits for that many bytes.
__device__ __forceinline__ void mbarrier_arrive_expect_tx(uint32_t barrier, uint32_t bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

// At the same barrier of another block of the cluster. The plain form on purpose: with .release.cluster the compiler puts a
// MEMBAR.ALL.GPU before every arrival, which cost a third of the GEMM; here only finished wgmma reads are reported.
__device__ __forceinline__ void mbarrier_arrive_at(uint32_t barrier, uint32_t block) {
    asm volatile("{ .reg .b32 remote; mapa.shared::cluster.u32 remote, %0, %1;"
                 " mbarrier.arrive.shared::cluster.b64 _, [remote]; }" ::"r"(barrier), "r"(block)
                 : "memory");
}

// Returns when the phase of that parity has ended.
__device__ __forceinline__ void mbarrier_wait(uint32_t barrier, uint32_t parity) {
    asm volatile("{ .reg .pred done; again%=: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1; @!done bra again%=; }" ::"r"(barrier),
                 "r"(parity)
                 : "memory");
}

// All threads of all blocks of the cluster.
__device__ __forceinline__ void cluster_sync() {
    asm volatile("barrier.cluster.arrive.release.aligned; barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

__device__ __forceinline__ uint32_t cluster_rank() {
    uint32_t rank;
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

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
