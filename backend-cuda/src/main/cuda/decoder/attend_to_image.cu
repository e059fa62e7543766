// attend_to_image, merge_attended: the prompt's tokens attend to the image's, in one pass over the keys. The projections of queries and
// keys are in the queries (absorb_tokens), that of the values comes after: softmax(q (keys + position)) keys, times weight_v.
// Architectures: sm_90a
// Source   segment-anything transformer.py Attention.forward, cross_attn_token_to_image, final_attn_token_to_image @dca509f
// In       keys bf16 [pairs][4096][256]; position bf16 [4096][256]; q bf16 [pairs][groups][64][256], row 8 h + t being
//          head h of the group's token t, 1/sqrt(16) and log2 e in it; weight_v bf16 [128][256]; counts [pairs]: real tokens; bias_v fp32 [128]
// Out      attend_to_image: parts fp32 [pairs][groups][16 parts][8 tokens][128], each normalised by the weights of its 256 keys;
//          masses fp32 [pairs][groups][16][64]{largest score, sum of weights}. merge_attended: out fp32 [pairs][tokens][128],
//          0 where the token is not real. A token depends on nothing but itself and its keys
// Launch   attend_to_image: grid (16, groups, pairs), block 128, shared ToImageShared::BYTES; merge_attended: grid (tokens, pairs), block 128
//          Java  org.samfast.cuda.kernel.AttendToImage
//
// 64 rows, a head of a token each, against 32 keys at a time. Keys and their position are multiplied by the queries one after the
// other, which saves their sum a place in memory; keys are then also the values. The queries stay in registers. Two blocks share a
// multiprocessor.
#include "decoder/image_softmax.cuh"
#include "decoder/image_tile.cuh"

constexpr int TOKENS = 4096, PARTS = 16, PART = TOKENS / PARTS, TILE = 32, STAGES = 3;
constexpr int HEADS = 8, ROWS = HEADS * GROUP, DIM = 16, INNER = HEADS * DIM;

struct ToImageShared {
    static constexpr int STAGE_BYTES = 2 * ImageTile<TILE>::BYTES;
    static constexpr int BYTES = ALIGNMENT + STAGES * STAGE_BYTES;
    static_assert(ImageTile<ROWS>::BYTES <= STAGE_BYTES, "the queries come by way of the last stage");
    uint32_t base;

    __device__ __forceinline__ ImageTile<ROWS> q() const { return {keys(STAGES - 1).base}; }
    __device__ __forceinline__ ImageTile<TILE> keys(int i) const { return {base + i % STAGES * STAGE_BYTES}; }
    __device__ __forceinline__ ImageTile<TILE> position(int i) const { return {keys(i).base + ImageTile<TILE>::BYTES}; }
};

// A thread's part of two rows: the weights' sum, and the weighted keys.
struct Attended {
    RowMass rows;
    float sums[SLABS][32];

    __device__ __forceinline__ Attended() {
#pragma unroll
        for (int i = 0; i < SLABS * 32; i++) sums[i / 32][i % 32] = 0;
    }

    // The weights of 32 keys as row operand; what is there already is made relative to the same largest score.
    __device__ __forceinline__ void weigh(uint32_t (&a)[TILE / 16][4], const float (&scores)[TILE / 2]) {
        float fade[2];
        rows.weigh<TILE>(a, fade, scores);
        if (__any_sync(0xffffffffu, fade[0] != 1.0f || fade[1] != 1.0f)) {
#pragma unroll
            for (int i = 0; i < SLABS * 32; i++) sums[i / 32][i % 32] *= fade[i % 4 / 2];
        }
    }
};

extern "C" __global__ void __launch_bounds__(WARPGROUP, 2)
attend_to_image_bf16(const bf16* keys, const bf16* position, const bf16* q, const bf16* weight_v, const int* counts, float* parts,
                     float2* masses, int groups) {
    extern __shared__ unsigned char memory[];
    ToImageShared shared = {aligned_shared(memory)};
    int pair = blockIdx.z, group = blockIdx.y;
    if (group * GROUP >= counts[pair]) return;
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0), lane = threadIdx.x % 32;
    size_t own = static_cast<size_t>(pair) * groups + group;
    int first = blockIdx.x * PART;
    const bf16* own_keys = keys + (static_cast<size_t>(pair) * TOKENS + first) * CHANNELS;
    const bf16* own_position = position + static_cast<size_t>(first) * CHANNELS;
    auto copy = [&](int i) {
        if (i < PART / TILE) {
            shared.keys(i).copy<TILE, WARPGROUP>(own_keys + i * TILE * CHANNELS, 0, threadIdx.x);
            shared.position(i).copy<TILE, WARPGROUP>(own_position + i * TILE * CHANNELS, 0, threadIdx.x);
        }
        commit_copies();
    };
    shared.q().copy<ROWS, WARPGROUP>(q + own * ROWS * CHANNELS, 0, threadIdx.x);
    commit_copies();
    copy(0);
    wait_copies<1>();
    __syncthreads();
    uint32_t queries[STEPS][4];
#pragma unroll
    for (int step = 0; step < STEPS; step++) shared.q().load(queries[step], 16 * warp, step);
    copy(1);
    Attended attended;
#pragma unroll 1
    for (int i = 0; i < PART / TILE; i++) {
        wait_copies<1>();
        tma_store_fence();
        // all have these keys, and are done with the place that the next copy takes
        __syncthreads();
        copy(i + 2);
        float scores[TILE / 2];
        uint32_t weights[TILE / 16][4];
        wgmma_fence();
        Wgmma<TILE>::begin_rows(scores, queries[0], shared.keys(i).by_channel(0, 0));
#pragma unroll
        for (int step = 1; step < STEPS; step++) Wgmma<TILE>::multiply_rows(scores, queries[step], shared.keys(i).by_channel(0, step));
#pragma unroll
        for (int step = 0; step < STEPS; step++) Wgmma<TILE>::multiply_rows(scores, queries[step], shared.position(i).by_channel(0, step));
        wgmma_commit_group();
        wgmma_wait_group<0>();
        attended.weigh(weights, scores);
        wgmma_fence();
#pragma unroll
        for (int slab = 0; slab < SLABS; slab++) {
#pragma unroll
            for (int k = 0; k < TILE / 16; k++)
                Wgmma<64>::multiply_columns(attended.sums[slab], weights[k], shared.keys(i).by_row(slab, 16 * k));
        }
        wgmma_commit_group();
        wgmma_wait_group<0>();
    }
    // row operand of the product with weight_v: upper rows are head 2 warp, lower ones the next
    float mass[2] = {quad_sum(attended.rows.sum[0]), quad_sum(attended.rows.sum[1])};
    float inverse[2] = {1.0f / mass[0], 1.0f / mass[1]};
    uint32_t a[STEPS][4];
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const float* two = attended.sums[step / 4] + (step % 4 * 2 + i / 2) * 4 + i % 2 * 2;
            a[step][i] = pack_bf16(two[0] * inverse[i % 2], two[1] * inverse[i % 2]);
        }
    }
    size_t part = own * PARTS + blockIdx.x;
    float* to = parts + (part * GROUP + lane / 4) * INNER + lane % 4 * 2;
#pragma unroll
    for (int tile = 0; tile < 4; tile++) {
        int column = (2 * warp + tile / 2) * DIM + tile % 2 * 8;
        const bf16* v = weight_v + (column + lane / 4) * CHANNELS + lane % 4 * 2;
        float d[4] = {};
#pragma unroll
        for (int step = 0; step < STEPS; step++) {
            mma_m16n8k16(d, a[step], *reinterpret_cast<const uint32_t*>(v + 16 * step), *reinterpret_cast<const uint32_t*>(v + 16 * step + 8));
        }
        *reinterpret_cast<float2*>(to + column) = tile < 2 ? make_float2(d[0], d[1]) : make_float2(d[2], d[3]);
    }
    if (lane % 4 == 0) {
        float2* of_rows = masses + part * ROWS + 16 * warp + lane / 4;
        of_rows[0] = make_float2(attended.rows.largest[0], mass[0]);
        of_rows[8] = make_float2(attended.rows.largest[1], mass[1]);
    }
}

extern "C" __global__ void __launch_bounds__(INNER)
merge_attended(const float* parts, const float2* masses, const float* bias_v, const int* counts, float* out, int tokens, int groups) {
    int pair = blockIdx.y, token = blockIdx.x, channel = threadIdx.x;
    size_t to = (static_cast<size_t>(pair) * tokens + token) * INNER + channel;
    if (token >= counts[pair]) {
        out[to] = 0.0f;
        return;
    }
    size_t first = (static_cast<size_t>(pair) * groups + token / GROUP) * PARTS;
    int row = channel / DIM * GROUP + token % GROUP;
    float2 of_part[PARTS];
    float largest = -INFINITY, mass = 0, sum = 0;
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
        of_part[i] = masses[(first + i) * ROWS + row];
        largest = fmaxf(largest, of_part[i].x);
    }
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
        float weight = of_part[i].y * exp2_approximate(of_part[i].x - largest);
        mass += weight;
        sum += weight * parts[((first + i) * GROUP + token % GROUP) * INNER + channel];
    }
    out[to] = sum / mass + bias_v[channel];
}
