// attend_from_projected: the first layer's keys + (the image's tokens attend to the prompt's), then LayerNorm. All prompts of an image
// have the same keys and queries here: a block keeps its 192 tokens and passes over the pairs. The projection of the output is in the
// values (absorb_tokens). Serves the pairs of at most eight tokens; attend_from_image the others.
// Architectures: sm_90a
// Source   segment-anything transformer.py TwoWayAttentionBlock.forward, cross_attn_image_to_token, norm4 @dca509f
// In       keys bf16 [..][4096][256] and their projected queries q bf16 [..][4096][128], of pair p the sources[p]-th; k fp32
//          [pairs][tokens][128]; v bf16 [pairs][groups] tiles of 64 rows as they lie in shared memory, row 8 h + t, columns joined in
//          eights, with an eighth of the output's bias in each row; counts [pairs]: real tokens; gamma, beta fp32 [256]; scale: 1/sqrt(16) and log2 e
// Out      out bf16 [pairs][4096][256], every element of the pairs that are served; not keys. A row depends on nothing but itself and
//          its pair's tokens
// Launch   grid (22, s), s at most the pairs, block 384, shared ProjectedShared::BYTES: a block makes 192 tokens of an s-th of the pairs
//          Java  org.samfast.cuda.kernel.AttendFromProjected
//
// A warpgroup has 64 tokens, a warp 16 of them. Three fit, with the next pair's tokens under way. Keys are added by a product with ones
// on the diagonal, which takes less time than bringing them to where the sums are.
#include "common/mbarrier.cuh"
#include "common/shared_memory.cuh"
#include "decoder/image_softmax.cuh"
#include "decoder/image_tile.cuh"

constexpr int TOKENS = 4096, TILE = 64, HEADS = 8, GROUP_ROWS = HEADS * GROUP, SLAB = CHANNELS / SLABS, HALF = SLABS / 2;
constexpr int DIM = 16, INNER = HEADS * DIM, CONSUMERS = 3, THREADS = CONSUMERS * WARPGROUP;
constexpr float EPSILON = 1e-5f;

struct ProjectedShared {
    static constexpr int KEYS = 2 * ImageTile<GROUP_ROWS>::BYTES;
    static constexpr int Q = KEYS + CONSUMERS * ImageTile<TILE>::BYTES;
    static constexpr int K = Q + CONSUMERS * TILE * INNER * 2;
    static constexpr int VECTORS = K + 2 * GROUP * INNER * 4;
    static constexpr int BARRIERS = VECTORS + 2 * CHANNELS * 4;
    static constexpr int BYTES = ALIGNMENT + BARRIERS + 4 * 8;
    uint32_t base;

    __device__ __forceinline__ ImageTile<GROUP_ROWS> v(int stage) const { return {base + stage * ImageTile<GROUP_ROWS>::BYTES}; }
    __device__ __forceinline__ ImageTile<TILE> keys(int consumer) const { return {base + KEYS + consumer * ImageTile<TILE>::BYTES}; }
    // Of the pair's eight tokens.
    __device__ __forceinline__ uint32_t k(int stage) const { return base + K + stage * GROUP * INNER * 4; }
    // A pair's tokens are there; all are done with them.
    __device__ __forceinline__ uint32_t full(int stage) const { return base + BARRIERS + stage * 8; }
    __device__ __forceinline__ uint32_t empty(int stage) const { return base + BARRIERS + (2 + stage) * 8; }
    // The queries' channels of a thread of a warp of the block, four each of two heads.
    __device__ __forceinline__ uint32_t q(int warp, int lower, int heads, int lane) const {
        return base + Q + ((warp * 2 + lower) * HEADS / 2 + heads) * 512 + lane * 16;
    }
    // gamma, beta
    __device__ __forceinline__ uint32_t vector(int which) const { return base + VECTORS + which * CHANNELS * 4; }
};

// sums = weights v, of half of the channels from slab first on.
__device__ __forceinline__ void begin_values(float (&sums)[HALF][32], const uint32_t (&weights)[4][4], const ImageTile<GROUP_ROWS>& v, int first) {
#pragma unroll
    for (int slab = 0; slab < HALF; slab++) {
        Wgmma<64>::begin_columns(sums[slab], weights[0], v.by_row(first + slab, 0));
#pragma unroll
        for (int k = 1; k < 4; k++) Wgmma<64>::multiply_columns(sums[slab], weights[k], v.by_row(first + slab, 16 * k));
    }
}

// 64 rows of ones on the diagonal as row operand: four steps of 16, of which a warp's own is not 0. Made before the fence.
struct Diagonal {
    uint32_t ones[4];

    __device__ __forceinline__ Diagonal() {
        int lane = threadIdx.x % 32, warp = threadIdx.x / 32 % 4, off = lane / 4 - lane % 4 * 2;
        uint32_t one = off == 0 ? 0x3f80u : off == 1 ? 0x3f800000u : 0u;
#pragma unroll
        for (int k = 0; k < 4; k++) ones[k] = k == warp ? one : 0u;
    }
};

// sums += keys, exactly.
__device__ __forceinline__ void add_keys(float (&sums)[HALF][32], const Diagonal& diagonal, const ImageTile<TILE>& keys, int first) {
#pragma unroll
    for (int k = 0; k < 4; k++) {
        uint32_t a[4] = {diagonal.ones[k], 0, 0, diagonal.ones[k]};
#pragma unroll
        for (int slab = 0; slab < HALF; slab++) Wgmma<64>::multiply_columns(sums[slab], a, keys.by_row(first + slab, 16 * k));
    }
}

// Mean of a thread's rows over the channels so far, and the sum of squares around it.
struct Moments {
    float mean[2], squares[2];

    Moments() = default;

    __device__ __forceinline__ explicit Moments(const float (&x)[HALF][32]) {
        float sum[2] = {};
#pragma unroll
        for (int i = 0; i < HALF * 32; i++) sum[i % 4 / 2] += x[i / 32][i % 32];
#pragma unroll
        for (int r = 0; r < 2; r++) {
            mean[r] = quad_sum(sum[r]) * (1.0f / (HALF * SLAB));
            squares[r] = 0;
        }
#pragma unroll
        for (int i = 0; i < HALF * 32; i++) {
            float off = x[i / 32][i % 32] - mean[i % 4 / 2];
            squares[i % 4 / 2] = fmaf(off, off, squares[i % 4 / 2]);
        }
#pragma unroll
        for (int r = 0; r < 2; r++) squares[r] = quad_sum(squares[r]);
    }

    // With the other half of the channels. Source: Chan, Golub, LeVeque, Updating formulae and a pairwise algorithm (1979)
    __device__ __forceinline__ void join(const Moments& other) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float apart = other.mean[r] - mean[r];
            mean[r] += 0.5f * apart;
            squares[r] += other.squares[r] + CHANNELS / 4 * apart * apart;
        }
    }
};

// (x - mean) / deviation as a product and a sum.
struct Standard {
    float factor[2], shift[2];

    __device__ __forceinline__ explicit Standard(const Moments& of) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            factor[r] = rsqrtf(of.squares[r] * (1.0f / CHANNELS) + EPSILON);
            shift[r] = -of.mean[r] * factor[r];
        }
    }
};

struct Projected {
    const bf16* keys;
    const bf16* q;
    const float* k;
    const bf16* v;
    const int* counts;
    bf16* out;
    int tokens;
    int groups;
    float scale;
};

struct FromProjected {
    const ProjectedShared& shared;
    const Projected& p;
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0), lane = threadIdx.x % 32;

    // Of the warp's 16 tokens, in an image.
    __device__ __forceinline__ int first_token() const { return blockIdx.x * CONSUMERS * TILE + warp * 16; }

    // One thread: a pair's tokens.
    __device__ __forceinline__ void bring(int pair, int stage) const {
        constexpr int V_BYTES = ImageTile<GROUP_ROWS>::BYTES;
        int k_bytes = min(p.tokens, GROUP) * INNER * 4;
        mbarrier_arrive_expect_tx(shared.full(stage), V_BYTES + k_bytes);
        bulk_load(shared.v(stage).base, p.v + static_cast<size_t>(pair) * p.groups * GROUP_ROWS * CHANNELS, V_BYTES, shared.full(stage));
        bulk_load(shared.k(stage), p.k + static_cast<size_t>(pair) * p.tokens * INNER, k_bytes, shared.full(stage));
    }

    // Until all of this warpgroup are here.
    __device__ __forceinline__ void meet() const { asm volatile("bar.sync %0, 128;" ::"r"(1 + warp / 4) : "memory"); }

    // All threads: the block's tokens' keys and queries, each warp its own, if there are such tokens.
    __device__ __forceinline__ void bring_image(int source) const {
        if (first_token() >= TOKENS) return;
        meet();
        size_t first = static_cast<size_t>(source) * TOKENS + first_token();
#pragma unroll 4
        for (int row = 0; row < 16; row++) {
            // 8 channels; their pairs lie as the values' columns do
            uint4 eight = *reinterpret_cast<const uint4*>(p.keys + (first + row) * CHANNELS + 8 * lane);
            uint32_t pairs[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
            for (int i = 0; i < 4; i++)
                store_shared(shared.keys(warp / 4).chunk(warp % 4 * 16 + row, lane / 4 * 4 + i) + lane % 4 * 4, pairs[i]);
            uint2 four = *reinterpret_cast<const uint2*>(p.q + (first + row) * INNER + 4 * lane);
            store_shared(shared.q(warp, row / 8, lane / 8, row % 8 * 4 + lane % 4) + lane / 4 % 2 * 8, four);
        }
        tma_store_fence();
        meet();
    }

    // The weights of all heads' tokens as row operand. Of a product over 16 channels the order does not matter: a thread's are four
    // beside each other.
    __device__ __forceinline__ void weigh(uint32_t (&weights)[4][4], int stage, int count) const {
        bool real[2] = {lane % 4 * 2 < count, lane % 4 * 2 + 1 < count};
#pragma unroll
        for (int heads = 0; heads < HEADS / 2; heads++) {
            uint4 upper = load_shared_16(shared.q(warp, 0, heads, lane)), lower = load_shared_16(shared.q(warp, 1, heads, lane));
            uint32_t a[2][4] = {{upper.x, lower.x, upper.y, lower.y}, {upper.z, lower.z, upper.w, lower.w}};
#pragma unroll
            for (int i = 0; i < 2; i++) {
                uint4 k = load_shared_16(shared.k(stage) + (lane / 4 * INNER + (2 * heads + i) * DIM + lane % 4 * 4) * 4);
                float scores[4] = {};
                mma_m16n8k16(scores, a[i], pack_bf16(__uint_as_float(k.x), __uint_as_float(k.y)),
                             pack_bf16(__uint_as_float(k.z), __uint_as_float(k.w)));
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    float x = real[0] ? scores[2 * r] : -INFINITY, y = real[1] ? scores[2 * r + 1] : -INFINITY;
                    float shift = -p.scale * quad_max(fmaxf(x, y));
                    x = exp2_approximate(fmaf(x, p.scale, shift));
                    y = exp2_approximate(fmaf(y, p.scale, shift));
                    float inverse = __fdividef(1.0f, quad_sum(x + y));
                    weights[heads][i * 2 + r] = pack_bf16(x * inverse, y * inverse);
                }
            }
        }
    }

    __device__ __forceinline__ void make(int pair, int stage, int count) const {
        uint32_t weights[4][4];
        weigh(weights, stage, count);
        bf16* to = p.out + (static_cast<size_t>(pair) * TOKENS + first_token() + lane / 4) * CHANNELS + lane % 4 * 8;
        ImageTile<TILE> keys = shared.keys(warp / 4);
        Moments all;
        // a half of the channels, the other, and the first again: registers for all would leave room for a warpgroup less
#pragma unroll 1
        for (int pass = 0; pass < 3; pass++) {
            int first = pass == 1 ? HALF : 0;
            float sums[HALF][32];
            Diagonal diagonal;
            wgmma_fence();
            begin_values(sums, weights, shared.v(stage), first);
            add_keys(sums, diagonal, keys, first);
            wgmma_commit_group();
            wgmma_wait_group<0>();
            if (pass < 2) {
                Moments half(sums);
                pass == 0 ? void(all = half) : all.join(half);
            }
            if (pass > 0) {
                Standard by(all);
                store(sums, by, to, first);
            }
        }
    }

    // Of 32 channels thread t of a quad has 8 t to 8 t + 7.
    __device__ __forceinline__ void store(const float (&sums)[HALF][32], const Standard& by, bf16* to, int first) const {
        uint32_t at = lane % 4 * 32 + first * SLAB * 4;
#pragma unroll
        for (int part = 0; part < 2 * HALF; part++) {
            float gamma[8], beta[8];
            load_8_shared(gamma, shared.vector(0) + at + part * 128);
            load_8_shared(beta, shared.vector(1) + at + part * 128);
#pragma unroll
            for (int r = 0; r < 2; r++) {
                uint32_t two[4];
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    const float* x = sums[part / 2] + (part % 2 * 4 + i) * 4 + 2 * r;
                    two[i] = pack_bf16(fmaf(fmaf(x[0], by.factor[r], by.shift[r]), gamma[2 * i], beta[2 * i]),
                                       fmaf(fmaf(x[1], by.factor[r], by.shift[r]), gamma[2 * i + 1], beta[2 * i + 1]));
                }
                *reinterpret_cast<uint4*>(to + r * 8 * CHANNELS + first * SLAB + part * 32) = make_uint4(two[0], two[1], two[2], two[3]);
            }
        }
    }
};

extern "C" __global__ void __launch_bounds__(THREADS, 1)
attend_from_projected_bf16(const bf16* keys, const bf16* q, const int* sources, const float* k, const bf16* v, const int* counts,
                           const float* gamma, const float* beta, bf16* out, int pairs, int tokens, int groups, float scale) {
    extern __shared__ unsigned char memory[];
    ProjectedShared shared = {aligned_shared(memory)};
    Projected p = {keys, q, k, v, counts, out, tokens, groups, scale};
    FromProjected block = {shared, p};
    if (threadIdx.x < CHANNELS) {
        store_shared(shared.vector(0) + 4 * threadIdx.x, gamma[threadIdx.x]);
        store_shared(shared.vector(1) + 4 * threadIdx.x, beta[threadIdx.x]);
    }
    int each = (pairs + gridDim.y - 1) / gridDim.y, first = blockIdx.y * each, end = min(first + each, pairs);
    if (threadIdx.x == 0) {
        for (int stage = 0; stage < 2; stage++) {
            mbarrier_init(shared.full(stage), 1);
            mbarrier_init(shared.empty(stage), THREADS / 32);
        }
        mbarrier_init_fence();
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        for (int i = 0; i < min(2, end - first); i++) block.bring(first + i, i);
    }
    int source = -1;
#pragma unroll 1
    for (int pair = first; pair < end; pair++) {
        int stage = (pair - first) % 2, parity = (pair - first) / 2 % 2;
        if (sources[pair] != source) {
            source = sources[pair];
            block.bring_image(source);
        }
        int count = counts[pair];
        mbarrier_wait(shared.full(stage), parity);
        if (count <= GROUP && block.first_token() < TOKENS) block.make(pair, stage, count);
        __syncwarp();
        if (block.lane == 0) mbarrier_arrive(shared.empty(stage));
        // the one before last is where the next but one goes, once the slowest warp is done with it
        if (threadIdx.x == 0 && pair + 2 < end) {
            mbarrier_wait(shared.empty(stage), parity);
            block.bring(pair + 2, stage);
        }
    }
}
