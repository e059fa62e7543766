// attend_to_projected: the prompts' tokens attend to an image whose keys and values are projected already, once for all its prompts;
// eight pairs share each multiplication. What follows is merge_attended (attend_to_image.cu).
// Architectures: sm_90a
// Source   segment-anything transformer.py Attention.forward, cross_attn_token_to_image of the first layer @dca509f
// In       k, v bf16 [..][4096][128], of pair p the sources[p]-th; q fp32 [pairs][tokens][128]; counts [pairs]: real tokens; scale of
//          the scores, log2 e in it
// Out      as attend_to_image: parts fp32 [pairs][groups][16 parts][8 tokens][128], each normalised by the weights of its 256 keys;
//          masses fp32 [pairs][groups][16][64]{largest score, sum of weights}. A token depends on nothing but itself and its keys
// Launch   grid (32, ceil(pairs / 8), groups), block 128, shared ProjectedShared::BYTES
//          Java  org.samfast.cuda.kernel.AttendToProjected
//
// A warpgroup has eight tokens of each of eight pairs, a row each, and takes one of four heads of 64 keys after the other. The scores of
// the next head are multiplied under the exponentials of this one. Pairs of several images are passed over once for each image.
#include "common/shared_memory.cuh"
#include "common/tma.cuh"
#include "common/wgmma.cuh"
#include "decoder/image_softmax.cuh"

constexpr int TOKENS = 4096, PARTS = 16, PART = TOKENS / PARTS, TILE = 64, STAGES = 2, PAIRS = 8;
constexpr int HEADS = 8, DIM = 16, INNER = HEADS * DIM, WARPGROUP = 128, ALIGNMENT = 1024;
constexpr int OWN = 4;   // heads of a block

// Tiles of keys and values, and the queries, each head's 64 rows of 32 bytes by themselves, in 32-byte swizzle.
struct ProjectedShared {
    static constexpr int HEAD_BYTES = TILE * DIM * 2, TILE_BYTES = OWN * HEAD_BYTES;
    static constexpr int BYTES = ALIGNMENT + (2 * STAGES + 1) * TILE_BYTES;
    uint32_t base;

    __device__ __forceinline__ uint32_t keys(int i) const { return base + i % STAGES * 2 * TILE_BYTES; }
    __device__ __forceinline__ uint32_t values(int i) const { return keys(i) + TILE_BYTES; }
    __device__ __forceinline__ uint32_t queries() const { return base + STAGES * 2 * TILE_BYTES; }

    // 8 channels of a row of a head.
    static __device__ __forceinline__ uint32_t chunk(uint32_t tile, int head, int row, int half) {
        return tile + head * HEAD_BYTES + row * DIM * 2 + ((half ^ (row >> 2 & 1)) << 4);
    }

    // A warp brings 16 rows.
    static __device__ __forceinline__ void copy(uint32_t tile, const bf16* from) {
        int row = threadIdx.x / 2, half = threadIdx.x % 2;
#pragma unroll
        for (int head = 0; head < OWN; head++) copy_async_16(chunk(tile, head, row, half), from + row * INNER + head * DIM + 8 * half);
    }
};

// A thread's part of two rows of a head: the weights' sum, and the weighted values.
struct AttendedHead {
    RowMass rows;
    float sums[DIM / 2] = {};

    // The weights of 64 keys as row operand; what is there already is made relative to the same largest score.
    __device__ __forceinline__ void weigh(uint32_t (&a)[TILE / 16][4], const float (&scores)[TILE / 2]) {
        float fade[2];
        rows.weigh<TILE>(a, fade, scores);
#pragma unroll
        for (int i = 0; i < DIM / 2; i++) sums[i] *= fade[i % 4 / 2];
    }
};

struct Projected {
    const bf16* k;
    const bf16* v;
    const int* sources;
    const float* q;
    const int* counts;
    float* parts;
    float2* masses;
    int pairs, tokens, groups;
    float scale;

    // Which image the tokens of a pair attend to, -1 where there are none.
    __device__ __forceinline__ int source(int pair, int group) const {
        return pair < pairs && group * GROUP < counts[pair] ? sources[pair] : -1;
    }
};

struct Attending {
    const ProjectedShared& shared;
    const Projected& p;
    int group = blockIdx.z, part = blockIdx.x / 2, first_head = blockIdx.x % 2 * OWN, warp = threadIdx.x / 32, lane = threadIdx.x % 32, token = lane / 4, own = lane % 4 * 2;

    // Of the two rows of a thread.
    __device__ __forceinline__ int pair(int row) const { return blockIdx.y * PAIRS + 2 * warp + row; }

    // The queries, 0 where there are none.
    __device__ __forceinline__ void load() const {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            int of = pair(r), at = group * GROUP + token;
            bool real = of < p.pairs && at < p.counts[of];
            const float* from = p.q + (static_cast<size_t>(of) * p.tokens + at) * INNER + first_head * DIM + own;
#pragma unroll
            for (int i = 0; i < OWN * DIM / 8; i++) {
                float2 x = real ? *reinterpret_cast<const float2*>(from + 8 * i) : make_float2(0, 0);
                store_shared(ProjectedShared::chunk(shared.queries(), i / 2, 16 * warp + token + 8 * r, i % 2) + 2 * own,
                             pack_bf16(x.x * p.scale, x.y * p.scale));
            }
        }
    }

    __device__ __forceinline__ void score(float (&scores)[TILE / 2], uint32_t keys, int head) const {
        wgmma_fence();
        Wgmma<TILE>::begin(scores, wgmma_descriptor_32(shared.queries() + head * ProjectedShared::HEAD_BYTES),
                           wgmma_descriptor_32(keys + head * ProjectedShared::HEAD_BYTES));
        wgmma_commit_group();
    }

    __device__ __forceinline__ void attend(AttendedHead& to, const uint32_t (&weights)[TILE / 16][4], uint32_t values, int head) const {
        wgmma_fence();
#pragma unroll
        for (int k = 0; k < TILE / 16; k++)
            Wgmma<DIM>::multiply_columns(to.sums, weights[k], wgmma_descriptor_32(values + head * ProjectedShared::HEAD_BYTES + 512 * k));
        wgmma_commit_group();
    }

    // All tokens to the block's keys of an image.
    __device__ __forceinline__ void run(AttendedHead (&heads)[OWN], int source) const {
        size_t first = (static_cast<size_t>(source) * TOKENS + part * PART) * INNER + first_head * DIM;
        auto copy = [&](int i) {
            if (i < PART / TILE) {
                ProjectedShared::copy(shared.keys(i), p.k + first + i * TILE * INNER);
                ProjectedShared::copy(shared.values(i), p.v + first + i * TILE * INNER);
            }
            commit_copies();
        };
        copy(0);
#pragma unroll 1
        for (int i = 0; i < PART / TILE; i++) {
            wait_copies<0>();
            tma_store_fence();
            // all have these keys, and are done with those whose place the next ones take
            __syncthreads();
            copy(i + 1);
            float scores[2][TILE / 2];
            uint32_t weights[TILE / 16][4];
            score(scores[0], shared.keys(i), 0);
#pragma unroll
            for (int head = 0; head < OWN; head++) {
                if (head + 1 < OWN) {
                    score(scores[(head + 1) % 2], shared.keys(i), head + 1);
                    wgmma_wait_group<1>();
                } else {
                    wgmma_wait_group<0>();
                }
                heads[head].weigh(weights, scores[head % 2]);
                attend(heads[head], weights, shared.values(i), head);
            }
            wgmma_wait_group<0>();
        }
        __syncthreads();
    }

    __device__ __forceinline__ void store(const AttendedHead (&heads)[OWN], int source) const {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            bool wanted = p.source(pair(r), group) == source;
            size_t to_part = (static_cast<size_t>(pair(r)) * p.groups + group) * PARTS + part;
#pragma unroll
            for (int head = 0; head < OWN; head++) {
                float mass = quad_sum(heads[head].rows.sum[r]), inverse = 1.0f / mass;
                if (!wanted) continue;
                const float* x = heads[head].sums + 2 * r;
                float* to = p.parts + (to_part * GROUP + token) * INNER + (first_head + head) * DIM + own;
                *reinterpret_cast<float2*>(to) = make_float2(x[0] * inverse, x[1] * inverse);
                *reinterpret_cast<float2*>(to + 8) = make_float2(x[4] * inverse, x[5] * inverse);
                float2* of_head = p.masses + (to_part * HEADS + first_head + head) * GROUP;
                if (lane % 4 == 0) of_head[token] = make_float2(heads[head].rows.largest[r], mass);
            }
        }
    }
};

extern "C" __global__ void __launch_bounds__(WARPGROUP, 3)
attend_to_projected_bf16(const bf16* k, const bf16* v, const int* sources, const float* q, const int* counts, float* parts, float2* masses,
                         int pairs, int tokens, int groups, float scale) {
    extern __shared__ unsigned char memory[];
    ProjectedShared shared = {(shared_address(memory) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT};
    Projected p = {k, v, sources, q, counts, parts, masses, pairs, tokens, groups, scale};
    Attending attending = {shared, p};
    attending.load();
    int first = blockIdx.y * PAIRS, group = blockIdx.z;
    for (int i = 0; i < PAIRS; i++) {
        int source = p.source(first + i, group);
        bool passed = source < 0;
        for (int before = 0; before < i; before++) passed |= p.source(first + before, group) == source;
        if (passed) continue;
        AttendedHead heads[OWN];
        attending.run(heads, source);
        attending.store(heads, source);
    }
}
