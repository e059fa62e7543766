// token_linear_few, token_linear_many: the Linears of the decoder's tokens, out = act((in + addend) weight^T + bias) + residual, to
// fp32's precision on the tensor cores: each factor is the sum of two tf32 values, and of the four products three count.
// Two tilings of one sum: k is cut into chunks of 32, each summed from 0 by the same instructions in the same order, the chunks then
// added in order from 0. So both give the same bits, whatever the other rows are and however many.
// Source   segment-anything transformer.py Attention, TwoWayAttentionBlock; mask_decoder.py MLP; nn.Linear @dca509f
// In       for each part p, of which the first added_parts have the addend: in [rows][k] fp32, row r at p * in_part + r * in_stride;
//          addend like in, or null; weight [p][n][k]; bias [p][n]; residual like out, or null; k a multiple of 32, in_stride and
//          in_part of 4; 16-byte aligned
// Out      out [rows][n] fp32, row r at p * out_part + r * out_stride, nothing between rows written; may be residual, not in
// Launch   few: grid (ceil(n / 32), ceil(rows / 16), parts), block 256, shared 17 KB (static); many: grid (ceil(n / 64),
//          ceil(rows / 32), parts), block 128, shared 27 KB (static); relu 0 or 1   Java  org.samfast.cuda.kernel.TokenLinear
#include "../common/mma.cuh"
#include "token_linear.cuh"

constexpr int CHUNK = 32;
constexpr int STEP = 8;
constexpr int STEPS = CHUNK / STEP;
// A warp's outputs: 16 rows, and features in tiles of 8.
constexpr int ROWS = 16;
constexpr int FEATURES = 32;
constexpr int FEATURE_TILES = FEATURES / 8;

using Linear = TokenLinear<float, float>;

template <int N> __device__ __forceinline__ void load_weight(const Linear& linear, int feature, int column, float (&to)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) to[i] = 0.0f;
    if (feature < linear.n) load_vector(to, linear.weight<float>() + static_cast<size_t>(feature) * linear.k + column);
}

// A value as the sum of two of tf32, which the tensor cores take.
struct Split {
    uint32_t high, low;

    __device__ __forceinline__ explicit Split(float value) {
        asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(high) : "f"(value));
        asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(low) : "f"(value - __uint_as_float(high)));
    }
};

// One chunk of 16 rows, or of 8 features, in the registers of a warp: of row (or feature) lane / 4 a thread has the 8 values from
// 8 (lane % 4) on. Which of them meet in which step is no matter, if inputs and weights agree: in step s those at 2 s and 2 s + 1.
using Octet = float[8];

// sums = the chunk's products; rows[1] is 8 rows below rows[0].
__device__ __forceinline__ void multiply(float (&sums)[FEATURE_TILES][4], const Octet (&rows)[2], const Octet (&features)[FEATURE_TILES]) {
#pragma unroll
    for (int i = 0; i < FEATURE_TILES * 4; i++) sums[i / 4][i % 4] = 0.0f;
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
        Split a[4] = {Split(rows[0][2 * step]), Split(rows[1][2 * step]), Split(rows[0][2 * step + 1]), Split(rows[1][2 * step + 1])};
        uint32_t high[4] = {a[0].high, a[1].high, a[2].high, a[3].high};
        uint32_t low[4] = {a[0].low, a[1].low, a[2].low, a[3].low};
#pragma unroll
        for (int tile = 0; tile < FEATURE_TILES; tile++) {
            Split b0(features[tile][2 * step]), b1(features[tile][2 * step + 1]);
            mma_m16n8k8_tf32(sums[tile], low, b0.high, b1.high);
            mma_m16n8k8_tf32(sums[tile], high, b0.low, b1.low);
            mma_m16n8k8_tf32(sums[tile], high, b0.high, b1.high);
        }
    }
}

constexpr int FEW_WARPS = 8;
constexpr int FEW_THREADS = 32 * FEW_WARPS;
constexpr int FEW_PITCH = FEATURES + 1;

// 16 rows x 32 features: each warp sums one chunk of all of them, then a thread adds the chunks of two outputs.
__device__ __forceinline__ void few(const Linear& linear) {
    __shared__ float partial[FEW_WARPS][ROWS][FEW_PITCH];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int first_row = blockIdx.y * ROWS;
    int first_feature = blockIdx.x * FEATURES;
    float total[2] = {};
    for (int start = 0; start < linear.k; start += FEW_WARPS * CHUNK) {
        int column = start + warp * CHUNK + lane % 4 * 8;
        if (start + warp * CHUNK < linear.k) {
            Octet rows[2], features[FEATURE_TILES];
            float sums[FEATURE_TILES][4];
#pragma unroll
            for (int i = 0; i < 2; i++) linear.load_in(first_row + lane / 4 + 8 * i, column, rows[i]);
#pragma unroll
            for (int i = 0; i < FEATURE_TILES; i++) load_weight(linear, first_feature + lane / 4 + 8 * i, column, features[i]);
            multiply(sums, rows, features);
#pragma unroll
            for (int i = 0; i < FEATURE_TILES * 4; i++)
                partial[warp][lane / 4 + i % 4 / 2 * 8][i / 4 * 8 + lane % 4 * 2 + i % 2] = sums[i / 4][i % 4];
        }
        __syncthreads();
        int chunks = min(FEW_WARPS, (linear.k - start) / CHUNK);
        for (int chunk = 0; chunk < chunks; chunk++) {
#pragma unroll
            for (int i = 0; i < 2; i++) total[i] += partial[chunk][warp + 8 * i][lane];
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 2; i++) linear.finish(first_row + warp + 8 * i, first_feature + lane, total[i]);
}

constexpr int MANY_THREADS = 128;
constexpr int TILE_ROWS = 2 * ROWS;
constexpr int TILE_FEATURES = 2 * FEATURES;
// Eight threads bring the chunk of a row, so all bring that many rows at a time.
constexpr int BROUGHT = MANY_THREADS / 8;
constexpr int PITCH = CHUNK + 4;

// What one thread carries from global to shared memory per chunk: 4 values of each of its rows and features.
struct Parcel {
    float in[TILE_ROWS / BROUGHT][4];
    float weight[TILE_FEATURES / BROUGHT][4];

    __device__ __forceinline__ void load(const Linear& linear, int first_row, int first_feature, int start) {
        int row = threadIdx.x / 8;
        int column = start + threadIdx.x % 8 * 4;
#pragma unroll
        for (int i = 0; i < TILE_ROWS / BROUGHT; i++) linear.load_in(first_row + row + i * BROUGHT, column, in[i]);
#pragma unroll
        for (int i = 0; i < TILE_FEATURES / BROUGHT; i++) load_weight(linear, first_feature + row + i * BROUGHT, column, weight[i]);
    }

    __device__ __forceinline__ void store(float (*ins)[PITCH], float (*weights)[PITCH]) const {
        int row = threadIdx.x / 8;
        int column = threadIdx.x % 8 * 4;
#pragma unroll
        for (int i = 0; i < TILE_ROWS / BROUGHT; i++)
            *reinterpret_cast<float4*>(&ins[row + i * BROUGHT][column]) = make_float4(in[i][0], in[i][1], in[i][2], in[i][3]);
#pragma unroll
        for (int i = 0; i < TILE_FEATURES / BROUGHT; i++)
            *reinterpret_cast<float4*>(&weights[row + i * BROUGHT][column]) =
                make_float4(weight[i][0], weight[i][1], weight[i][2], weight[i][3]);
    }
};

// 32 rows x 64 features, a warp 16 x 32 of them; the next chunk is under way from memory while one is summed.
__device__ __forceinline__ void many(const Linear& linear) {
    __shared__ __align__(16) float ins[2][TILE_ROWS][PITCH];
    __shared__ __align__(16) float weights[2][TILE_FEATURES][PITCH];
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    int own_row = warp / 2 * ROWS + lane / 4;
    int own_feature = warp % 2 * FEATURES;
    int first_row = blockIdx.y * TILE_ROWS;
    int first_feature = blockIdx.x * TILE_FEATURES;
    float total[FEATURE_TILES][4] = {};
    Parcel parcel;
    parcel.load(linear, first_row, first_feature, 0);
    for (int start = 0; start < linear.k; start += CHUNK) {
        int stage = start / CHUNK % 2;
        parcel.store(ins[stage], weights[stage]);
        // all are done with the chunk before this one, whose place the next one takes
        __syncthreads();
        if (start + CHUNK < linear.k) parcel.load(linear, first_row, first_feature, start + CHUNK);
        Octet rows[2], features[FEATURE_TILES];
        float sums[FEATURE_TILES][4];
#pragma unroll
        for (int i = 0; i < 2; i++) load_vector(rows[i], &ins[stage][own_row + 8 * i][lane % 4 * 8]);
#pragma unroll
        for (int i = 0; i < FEATURE_TILES; i++)
            load_vector(features[i], &weights[stage][own_feature + 8 * i + lane / 4][lane % 4 * 8]);
        multiply(sums, rows, features);
#pragma unroll
        for (int i = 0; i < FEATURE_TILES * 4; i++) total[i / 4][i % 4] += sums[i / 4][i % 4];
    }
#pragma unroll
    for (int i = 0; i < FEATURE_TILES * 4; i++)
        linear.finish(first_row + own_row + i % 4 / 2 * 8, first_feature + own_feature + i / 4 * 8 + lane % 4 * 2 + i % 2,
                      total[i / 4][i % 4]);
}

#define TOKEN_LINEAR(NAME, THREADS)                                                                                                \
    extern "C" __global__ void __launch_bounds__(THREADS) token_linear_##NAME(                                                    \
        const float* in, const float* addend, const float* weight, const float* bias, const float* residual, float* out, int rows, \
        int n, int k, int in_stride, int in_part, int added_parts, int out_stride, int out_part, int relu) {                       \
        NAME({in, addend, weight, bias, residual, out, rows, n, k, in_stride, in_part, added_parts, out_stride, out_part, relu});   \
    }

TOKEN_LINEAR(few, FEW_THREADS)
TOKEN_LINEAR(many, MANY_THREADS)
