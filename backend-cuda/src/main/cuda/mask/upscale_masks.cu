// upscale_masks: the logits of all four masks from the image's tokens, without the upscaled image in memory: transposed convolution
// 2x2 to 64 channels, LayerNorm, GELU, transposed convolution 2x2 to 32 channels, GELU, times the vectors of the hypernetworks.
// Architectures: sm_90a
// Source   segment-anything mask_decoder.py output_upscaling, predict_masks @dca509f; common.py LayerNorm2d
// In       keys [pairs][4096][256] bf16; weight1 [2][2][64][256], weight2 [2][2][32][64] bf16: place of the 2x2 block before channel;
//          bias1, gamma, beta [64], bias2 [32] fp32; hyper [pairs][4][32] fp32
// Out      logits [pairs][4][256][256] fp32, every element written. A row of tokens depends on nothing but itself and its pair
// Launch   persistent: grid (at most one block per multiprocessor), block 512, shared UpscaleShared::BYTES
//          Java  org.samfast.cuda.kernel.UpscaleMasks
//
// Two pairs of warpgroups take a row of tokens each, and of a pair one makes the upper two of its four rows of pixels, the other the
// lower two. Both weights stay in shared memory. The tokens' place there is free for the next ones after the first product. A thread
// ends with four pixels in a row of two masks. Of the second product's accumulators a thread makes the operand of the product with the
// vectors: those go in as two fp16 values each, their sum being the fp32 one to 2^-21.
#include "common/attention.cuh"
#include "common/gelu_fp16.cuh"
#include "common/shared_memory.cuh"
#include "decoder/image_tile.cuh"

constexpr int GRID = 64, SIDE = 256, MASKS = 4;
constexpr int MIDDLE = 64, LAST = 32, PLACES = 4;
constexpr int TEAMS = 2, TEAM = 2 * WARPGROUP, THREADS = TEAMS * TEAM;
constexpr float EPSILON = 1e-6f;

__device__ __forceinline__ uint32_t bits(__half2 x) { return *reinterpret_cast<uint32_t*>(&x); }

// Eight bf16 values as fp16.
__device__ __forceinline__ uint4 fp16_of(const bf16* from) {
    float x[8];
    load_8(x, from);
    return make_uint4(bits(__floats2half2_rn(x[0], x[1])), bits(__floats2half2_rn(x[2], x[3])),
                      bits(__floats2half2_rn(x[4], x[5])), bits(__floats2half2_rn(x[6], x[7])));
}

struct Weights {
    const bf16* weight1;
    const float* bias1;
    const float* gamma;
    const float* beta;
    const bf16* weight2;
    const float* bias2;
};

// Both weights, each team's tokens, small vectors.
struct UpscaleShared {
    static constexpr int WEIGHT2 = ImageTile<PLACES * MIDDLE>::BYTES;
    static constexpr int TILES = WEIGHT2 + PLACES * LAST * MIDDLE * 2;
    static constexpr int VECTORS = TILES + TEAMS * ImageTile<GRID>::BYTES;
    static constexpr int BYTES = ALIGNMENT + VECTORS + (3 * MIDDLE + LAST) * 4;
    static_assert(BYTES <= 227 * 1024, "shared memory of a block");
    uint32_t base;

    __device__ __forceinline__ ImageTile<PLACES * MIDDLE> weight1() const { return {base}; }
    __device__ __forceinline__ ImageTile<GRID> tile(int team) const { return {base + TILES + team * ImageTile<GRID>::BYTES}; }

    __device__ __forceinline__ void load(const Weights& p) const {
        weight1().copy<PLACES * MIDDLE, THREADS>(p.weight1, 0, threadIdx.x);
        for (int i = threadIdx.x; i < PLACES * LAST * MIDDLE / 8; i += THREADS) {
            int row = i / 8, chunk = i % 8;
            store_shared(base + WEIGHT2 + row * 128 + ((chunk ^ (row & 7)) << 4), fp16_of(p.weight2 + row * MIDDLE + 8 * chunk));
        }
        commit_copies();
    }
};

// Until all of the team are here.
__device__ __forceinline__ void meet(int team) { asm volatile("bar.sync %0, 256;" ::"r"(1 + team) : "memory"); }

__device__ __forceinline__ float2 two(const float* from) { return *reinterpret_cast<const float2*>(from); }

struct Upscaling {
    const UpscaleShared& shared;
    const float* vectors;   // bias1, gamma, beta, bias2
    int lane = threadIdx.x % 32, own = lane % 4 * 2;

    // LayerNorm and GELU of the 64 channels of a place, then as row operand.
    __device__ __forceinline__ void normed(uint32_t (&a)[4][4], const float* sums) const {
#pragma unroll
        for (int r = 0; r < 2; r++) {
            float x[16], sum = 0, squares = 0;
#pragma unroll
            for (int j = 0; j < 8; j++) {
                float2 bias = two(vectors + 8 * j + own);
                x[2 * j] = sums[4 * j + 2 * r] + bias.x;
                x[2 * j + 1] = sums[4 * j + 2 * r + 1] + bias.y;
                sum += x[2 * j] + x[2 * j + 1];
            }
            float mean = quad_sum(sum) * (1.0f / MIDDLE);
#pragma unroll
            for (int i = 0; i < 16; i++) {
                x[i] -= mean;
                squares += x[i] * x[i];
            }
            float inverse = rsqrtf(quad_sum(squares) * (1.0f / MIDDLE) + EPSILON);
            __half2 y[8];
#pragma unroll
            for (int j = 0; j < 8; j++) {
                float2 gamma = two(vectors + MIDDLE + 8 * j + own), beta = two(vectors + 2 * MIDDLE + 8 * j + own);
                y[j] = __floats2half2_rn(x[2 * j] * inverse * gamma.x + beta.x, x[2 * j + 1] * inverse * gamma.y + beta.y);
            }
            gelu_fp16(y);
#pragma unroll
            for (int j = 0; j < 8; j++) a[j / 2][j % 2 * 2 + r] = bits(y[j]);
        }
    }

    // The pixel of this thread's 32 channels, for two masks: of the upper token in lanes 0 and 1 of a quad, of the lower in 2 and 3.
    __device__ __forceinline__ float2 pixel(const float* sums, const uint32_t (&hyper)[2][2]) const {
        uint32_t a[2][4];
#pragma unroll
        for (int r = 0; r < 2; r++) {
            __half2 x[4];
#pragma unroll
            for (int j = 0; j < 4; j++) {
                float2 bias = two(vectors + 3 * MIDDLE + 8 * j + own);
                x[j] = __floats2half2_rn(sums[4 * j + 2 * r] + bias.x, sums[4 * j + 2 * r + 1] + bias.y);
            }
            gelu_fp16(x);
#pragma unroll
            for (int j = 0; j < 4; j++) a[j / 2][j % 2 * 2 + r] = bits(x[j]);
        }
        float d[4] = {};
        mma_m16n8k16_fp16(d, a[0], hyper[0][0], hyper[0][1]);
        mma_m16n8k16_fp16(d, a[1], hyper[1][0], hyper[1][1]);
#pragma unroll
        for (int i = 0; i < 4; i++) d[i] += __shfl_xor_sync(0xffffffffu, d[i], 2);
        return lane % 4 < 2 ? make_float2(d[0], d[1]) : make_float2(d[2], d[3]);
    }

    // The first product: 64 channels of the two places of this half of the first block.
    __device__ __forceinline__ void enlarge(float (&sums)[2 * MIDDLE / 2], const ImageTile<GRID>& tile, int lower) const {
        wgmma_fence();
        Wgmma<2 * MIDDLE>::begin(sums, tile.by_channel(0, 0), shared.weight1().by_channel(lower * 2 * MIDDLE, 0));
#pragma unroll
        for (int step = 1; step < STEPS; step++)
            Wgmma<2 * MIDDLE>::multiply(sums, tile.by_channel(0, step), shared.weight1().by_channel(lower * 2 * MIDDLE, step));
        wgmma_commit_group();
        wgmma_wait_group<0>();
    }

    // A row of pixels, four a token, from the middle of the two places beside each other.
    __device__ __forceinline__ void pixels(float* to, const uint32_t (&middle)[2][4][4], int lower, const uint32_t (&hyper)[2][2]) const {
        uint64_t weight2 = wgmma_descriptor(shared.base + UpscaleShared::WEIGHT2) + lower * 512;
        float out[2][32];
        wgmma_fence();
#pragma unroll
        for (int place = 0; place < 2; place++) {
            Wgmma<64>::begin_rows_fp16(out[place], middle[place][0], weight2);
#pragma unroll
            for (int step = 1; step < 4; step++) Wgmma<64>::multiply_rows_fp16(out[place], middle[place][step], weight2 + 2 * step);
            wgmma_commit_group();
        }
        wgmma_wait_group<1>();
        float2 x0 = pixel(out[0], hyper), x1 = pixel(out[0] + 16, hyper);
        wgmma_wait_group<0>();
        float2 x2 = pixel(out[1], hyper), x3 = pixel(out[1] + 16, hyper);
        *reinterpret_cast<float4*>(to) = make_float4(x0.x, x1.x, x2.x, x3.x);
        *reinterpret_cast<float4*>(to + SIDE * SIDE) = make_float4(x0.y, x1.y, x2.y, x3.y);
    }
};

// The vectors as column operand: of 8 columns the first four are the masks', the others what fp16 leaves of them.
__device__ __forceinline__ void load_hyper(uint32_t (&b)[2][2], const float* hyper) {
    int lane = threadIdx.x % 32, column = lane / 4;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        float2 x = two(hyper + column % MASKS * LAST + 8 * i + lane % 4 * 2);
        __half2 high = __floats2half2_rn(x.x, x.y);
        float2 rounded = __half22float2(high);
        b[i / 2][i % 2] = bits(column < MASKS ? high : __floats2half2_rn(x.x - rounded.x, x.y - rounded.y));
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, 1)
upscale_masks_bf16(const bf16* keys, const bf16* weight1, const float* bias1, const float* gamma, const float* beta,
                   const bf16* weight2, const float* bias2, const float* hyper, float* logits, int pairs) {
    extern __shared__ unsigned char memory[];
    UpscaleShared shared = {aligned_shared(memory)};
    float* vectors = reinterpret_cast<float*>(memory + (shared.base - shared_address(memory)) + UpscaleShared::VECTORS);
    int warp = __shfl_sync(~0u, threadIdx.x / 32, 0), lane = threadIdx.x % 32;
    int team = warp / 8, lower = warp / 4 % 2;
    Upscaling upscaling = {shared, vectors};
    ImageTile<GRID> tile = shared.tile(team);
    shared.load({weight1, bias1, gamma, beta, weight2, bias2});
    int row = blockIdx.x + gridDim.x * team, step = gridDim.x * TEAMS;
    auto copy = [&](int of) {
        if (of < pairs * GRID) tile.copy<GRID, TEAM>(keys + static_cast<size_t>(of) * GRID * CHANNELS, 0, threadIdx.x % TEAM);
        commit_copies();
    };
    copy(row);
    if (threadIdx.x < MIDDLE) {
        vectors[threadIdx.x] = bias1[threadIdx.x];
        vectors[MIDDLE + threadIdx.x] = gamma[threadIdx.x];
        vectors[2 * MIDDLE + threadIdx.x] = beta[threadIdx.x];
        if (threadIdx.x < LAST) vectors[3 * MIDDLE + threadIdx.x] = bias2[threadIdx.x];
    }
    wait_copies<0>();
    tma_store_fence();
    __syncthreads();
    // of an upper token in lanes 0 and 1 of a quad, of a lower in 2 and 3; two masks in the even lanes, two in the odd
    int token = 16 * (warp % 4) + lane / 4 + (lane % 4 < 2 ? 0 : 8), mask = lane % 2 * 2;
    for (; row < pairs * GRID; row += step) {
        int pair = row / GRID;
        uint32_t middle[2][4][4], vector[2][2];
        {
            float sums[MIDDLE];
            wait_copies<0>();
            tma_store_fence();
            meet(team);
            upscaling.enlarge(sums, tile, lower);
            meet(team);
            copy(row + step);
            upscaling.normed(middle[0], sums);
            upscaling.normed(middle[1], sums + MIDDLE / 2);
        }
        load_hyper(vector, hyper + pair * MASKS * LAST);
        float* to = logits + ((static_cast<size_t>(pair) * MASKS + mask) * SIDE + row % GRID * 4 + 2 * lower) * SIDE + 4 * token;
        upscaling.pixels(to, middle, 0, vector);
        upscaling.pixels(to + SIDE, middle, 1, vector);
    }
}
