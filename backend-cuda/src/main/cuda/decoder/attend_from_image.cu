// attend_from_image: keys + (the image's tokens attend to the prompt's), then LayerNorm, in one pass over the keys. The projections
// of queries and output are in the tokens (absorb_tokens): scores = (keys + position) k + bias, outcome = softmax(scores) v.
// Architectures: sm_90a
// Source   segment-anything transformer.py TwoWayAttentionBlock.forward, cross_attn_image_to_token, norm4 @dca509f
// In       in bf16 [..][4096][256], of pair p the sources[p]-th, or the p-th where that is null; position bf16 in the order of row
//          operands, [64 tiles][16 steps][128 threads][4][2]; k, v bf16 [pairs][groups][64][256], row 8 t + h being head h of the
//          group's token t; score_bias fp32 [pairs][groups][64], all three with 1/sqrt(16) and log2 e in k and in the bias;
//          counts [pairs]: real tokens; bias, gamma, beta fp32 [256]; fewest: real tokens of a pair that is served
// Out      out bf16 [pairs][4096][256], every element of the pairs that are served; may be in. A row depends on nothing but itself and
//          its pair's tokens
// Launch   grid (s, pairs), s a divisor of 32, block 256, shared FromImageShared::BYTES: a block makes 4096 / s tokens
//          Java  org.samfast.cuda.kernel.AttendFromImage
//
// A warpgroup has 64 tokens at a time, a warp 16 of them; it brings the next ones while it works. A thread holds, of two tokens,
// two heads with all eight tokens of the prompt: the softmax needs no other thread. More than eight go through the
// weights twice: their largest and their sum first.
#include "common/shared_memory.cuh"
#include "decoder/image_softmax.cuh"
#include "decoder/image_tile.cuh"

constexpr int TOKENS = 4096, TILE = 64, TILES = TOKENS / TILE, HEADS = 8, GROUP_ROWS = GROUP * HEADS;
constexpr int CONSUMERS = 2, THREADS = CONSUMERS * WARPGROUP, STAGES = 2;
constexpr float EPSILON = 1e-5f;

struct FromImageShared {
    static constexpr int V = ImageTile<GROUP_ROWS>::BYTES;
    static constexpr int KEYS = 2 * V;
    static constexpr int VECTORS = KEYS + CONSUMERS * STAGES * ImageTile<TILE>::BYTES;
    static constexpr int BYTES = ALIGNMENT + VECTORS + (3 * CHANNELS + GROUP_ROWS) * 4;
    uint32_t base;

    // bias, gamma, beta, the group's score bias
    __device__ __forceinline__ uint32_t vector(int which) const { return base + VECTORS + which * CHANNELS * 4; }
    __device__ __forceinline__ ImageTile<GROUP_ROWS> k() const { return {base}; }
    __device__ __forceinline__ ImageTile<GROUP_ROWS> v() const { return {base + V}; }
    __device__ __forceinline__ ImageTile<TILE> keys(int consumer, int stage) const {
        return {base + KEYS + (consumer * STAGES + stage) * ImageTile<TILE>::BYTES};
    }
};

struct FromImage {
    const bf16* in;
    const int* sources;
    const uint4* position;
    const bf16* k;
    const bf16* v;
    const float* score_bias;
    const int* counts;
    const float* bias;
    const float* gamma;
    const float* beta;
    bf16* out;
    int groups;
};

__device__ __forceinline__ uint32_t add_bf16(uint32_t a, uint32_t b) {
    __nv_bfloat162 sum = __hadd2(*reinterpret_cast<__nv_bfloat162*>(&a), *reinterpret_cast<__nv_bfloat162*>(&b));
    return *reinterpret_cast<uint32_t*>(&sum);
}

struct Consumer {
    const FromImageShared& shared;
    const FromImage& p;
    int pair, count, warp = threadIdx.x / 32 % 4, lane = threadIdx.x % 32, own = lane % 4 * 2;

    // All threads: a group's k and v. Whoever read the ones before has to be done.
    __device__ __forceinline__ void load_group(int group) const {
        size_t at = (static_cast<size_t>(pair) * p.groups + group) * GROUP_ROWS;
        shared.k().copy<GROUP_ROWS, THREADS>(p.k + at * CHANNELS, 0, threadIdx.x);
        shared.v().copy<GROUP_ROWS, THREADS>(p.v + at * CHANNELS, 0, threadIdx.x);
        commit_copies();
        if (threadIdx.x >= GROUP_ROWS) return;
        bool real = GROUP * group + static_cast<int>(threadIdx.x) / HEADS < count;
        store_shared(shared.vector(3) + 4 * threadIdx.x, real ? p.score_bias[at + threadIdx.x] : -INFINITY);
    }

    __device__ __forceinline__ void load_rows(uint32_t (&a)[4], const ImageTile<TILE>& keys, uint4 place, int step) const {
        keys.load(a, 16 * warp, step);
        a[0] = add_bf16(a[0], place.x);
        a[1] = add_bf16(a[1], place.y);
        a[2] = add_bf16(a[2], place.z);
        a[3] = add_bf16(a[3], place.w);
    }

    __device__ __forceinline__ const uint4* position(int tile) const {
        return p.position + static_cast<size_t>(tile) * STEPS * WARPGROUP + threadIdx.x % WARPGROUP;
    }

    // Four steps are loaded while four are multiplied. Positions come from L2: all at once, while the keys are on their way.
    __device__ __forceinline__ void score(float (&scores)[32], const ImageTile<TILE>& keys, int tile) const {
        constexpr int PART = 4;
        uint32_t a[2][PART][4];
        uint4 places[STEPS];
#pragma unroll
        for (int step = 0; step < STEPS; step++) places[step] = position(tile)[step * WARPGROUP];
        wait_copies<1>();
        __syncwarp();
#pragma unroll
        for (int part = 0; part < STEPS / PART; part++) {
            uint32_t (&rows)[PART][4] = a[part % 2];
#pragma unroll
            for (int i = 0; i < PART; i++) load_rows(rows[i], keys, places[PART * part + i], PART * part + i);
            wgmma_fence();
#pragma unroll
            for (int i = 0; i < PART; i++) {
                if (part == 0 && i == 0) {
                    Wgmma<64>::begin_rows(scores, rows[i], shared.k().by_channel(0, 0));
                } else {
                    Wgmma<64>::multiply_rows(scores, rows[i], shared.k().by_channel(0, PART * part + i));
                }
            }
            wgmma_commit_group();
            if (part + 1 < STEPS / PART) {
                wgmma_wait_group<1>();
            } else {
                wgmma_wait_group<0>();
            }
        }
        add_bias(scores);
    }

    // The same bits, a step at a time: where the sums of the outcome take the registers.
    __device__ __forceinline__ void score_slowly(float (&scores)[32], const ImageTile<TILE>& keys, int tile) const {
#pragma unroll
        for (int i = 0; i < 32; i++) scores[i] = 0;
#pragma unroll 1
        for (int step = 0; step < STEPS; step++) {
            uint32_t a[4];
            load_rows(a, keys, position(tile)[step * WARPGROUP], step);
            wgmma_fence();
            Wgmma<64>::multiply_rows(scores, a, shared.k().by_channel(0, step));
            wgmma_commit_group();
            wgmma_wait_group<0>();
        }
        add_bias(scores);
    }

    __device__ __forceinline__ void add_bias(float (&scores)[32]) const {
#pragma unroll
        for (int t = 0; t < GROUP; t++) {
            float2 more = load_shared_8(shared.vector(3) + 4 * (GROUP * t + own));
            scores[4 * t] += more.x;
            scores[4 * t + 1] += more.y;
            scores[4 * t + 2] += more.x;
            scores[4 * t + 3] += more.y;
        }
    }

    // sums += weights v, or = where first.
    __device__ __forceinline__ void attend(float (&sums)[SLABS][32], const uint32_t (&weights)[4][4], bool first) const {
        wgmma_fence();
#pragma unroll
        for (int slab = 0; slab < SLABS; slab++) {
            if (first) {
                Wgmma<64>::begin_columns(sums[slab], weights[0], shared.v().by_row(slab, 0));
            } else {
                Wgmma<64>::multiply_columns(sums[slab], weights[0], shared.v().by_row(slab, 0));
            }
#pragma unroll
            for (int k = 1; k < 4; k++) Wgmma<64>::multiply_columns(sums[slab], weights[k], shared.v().by_row(slab, 16 * k));
        }
        wgmma_commit_group();
        wgmma_wait_group<0>();
    }

    // Bias, residual, LayerNorm; the outcome takes the place of the keys.
    __device__ __forceinline__ void norm(float (&sums)[SLABS][32], const ImageTile<TILE>& keys) const {
        int row = 16 * warp + lane / 4;
        float sum[2] = {}, squares[2] = {}, mean[2], inverse[2];
#pragma unroll
        for (int j = 0; j < ROW_CHUNKS; j++) {
            float2 bias = load_shared_8(shared.vector(0) + 4 * (8 * j + own));
#pragma unroll
            for (int r = 0; r < 2; r++) {
                uint32_t residual = load_shared_4(keys.chunk(row + 8 * r, j) + 2 * own);
                float* x = sums[j / 8] + j % 8 * 4 + 2 * r;
                x[0] += bias.x + __uint_as_float(residual << 16);
                x[1] += bias.y + __uint_as_float(residual & 0xffff0000u);
                sum[r] += x[0] + x[1];
            }
        }
#pragma unroll
        for (int r = 0; r < 2; r++) mean[r] = quad_sum(sum[r]) * (1.0f / CHANNELS);
#pragma unroll
        for (int i = 0; i < SLABS * 32; i++) {
            float x = sums[i / 32][i % 32] -= mean[i % 4 / 2];
            squares[i % 4 / 2] += x * x;
        }
#pragma unroll
        for (int r = 0; r < 2; r++) inverse[r] = rsqrtf(quad_sum(squares[r]) * (1.0f / CHANNELS) + EPSILON);
#pragma unroll
        for (int j = 0; j < ROW_CHUNKS; j++) {
            float2 gamma = load_shared_8(shared.vector(1) + 4 * (8 * j + own)), beta = load_shared_8(shared.vector(2) + 4 * (8 * j + own));
#pragma unroll
            for (int r = 0; r < 2; r++) {
                const float* x = sums[j / 8] + j % 8 * 4 + 2 * r;
                store_shared(keys.chunk(row + 8 * r, j) + 2 * own,
                             pack_bf16(x[0] * inverse[r] * gamma.x + beta.x, x[1] * inverse[r] * gamma.y + beta.y));
            }
        }
    }

    __device__ __forceinline__ void store(const ImageTile<TILE>& keys, int tile) const {
        bf16* to = p.out + (static_cast<size_t>(pair) * TOKENS + tile * TILE) * CHANNELS + 8 * lane;
        __syncwarp();
#pragma unroll
        for (int row = 16 * warp; row < 16 * warp + 16; row++)
            *reinterpret_cast<uint4*>(to + row * CHANNELS) = load_shared_16(keys.chunk(row, lane));
        __syncwarp();
    }

    __device__ __forceinline__ void run(int consumer) const {
        int own_tiles = TILES / gridDim.x / CONSUMERS, first = (blockIdx.x * CONSUMERS + consumer) * own_tiles;
        // pairs begin at different ones, so that not all multiprocessors ask L2 for the same positions and keys at once
        auto tile = [&](int i) { return first + (i + pair) % own_tiles; };
        const bf16* in = p.in + static_cast<size_t>(p.sources == nullptr ? pair : p.sources[pair]) * TOKENS * CHANNELS;
        // a warp brings its own 16 tokens
        auto copy = [&](int i) {
            if (i < own_tiles)
                shared.keys(consumer, i % STAGES).copy<16, 32>(in + static_cast<size_t>(tile(i)) * TILE * CHANNELS, 16 * warp, lane);
            commit_copies();
        };
        auto groups = [&] { return (count + GROUP - 1) / GROUP; };
        auto bring = [&](int group) {
            __syncthreads();
            load_group(group);
            wait_copies<0>();
            tma_store_fence();
            __syncthreads();
        };
        bring(0);
        copy(0);
#pragma unroll 1
        for (int i = 0; i < own_tiles; i++) {
            copy(i + 1);
            ImageTile<TILE> keys = shared.keys(consumer, i % STAGES);
            float scores[32], sums[SLABS][32];
            uint32_t weights[4][4];
            Mass mass;
            score(scores, keys, tile(i));
            if (count <= GROUP) {
                mass.weigh_all(weights, scores);
            } else {
                mass.add(scores);
#pragma unroll 1
                for (int group = 1; group < groups(); group++) {
                    bring(group);
                    score_slowly(scores, keys, tile(i));
                    mass.add(scores);
                }
                bring(0);
                score_slowly(scores, keys, tile(i));
                mass.weigh(weights, scores);
            }
            attend(sums, weights, true);
#pragma unroll 1
            for (int group = 1; group < groups(); group++) {
                bring(group);
                score_slowly(scores, keys, tile(i));
                mass.weigh(weights, scores);
                attend(sums, weights, false);
            }
            if (count > GROUP && i + 1 < own_tiles) bring(0);
            norm(sums, keys);
            store(keys, tile(i));
        }
    }
};

extern "C" __global__ void __launch_bounds__(THREADS, 1)
attend_from_image_bf16(const bf16* in, const int* sources, const uint4* position, const bf16* k, const bf16* v, const float* score_bias,
                       const int* counts, const float* bias, const float* gamma, const float* beta, bf16* out, int groups, int fewest) {
    if (counts[blockIdx.y] < fewest) return;
    extern __shared__ unsigned char memory[];
    FromImageShared shared = {aligned_shared(memory)};
    store_shared(shared.vector(0) + 4 * threadIdx.x, bias[threadIdx.x]);
    store_shared(shared.vector(1) + 4 * threadIdx.x, gamma[threadIdx.x]);
    store_shared(shared.vector(2) + 4 * threadIdx.x, beta[threadIdx.x]);
    FromImage p = {in, sources, position, k, v, score_bias, counts, bias, gamma, beta, out, groups};
    int pair = blockIdx.y;
    Consumer consumer = {shared, p, pair, counts[pair]};
    consumer.run(__shfl_sync(~0u, threadIdx.x / WARPGROUP, 0));
}
