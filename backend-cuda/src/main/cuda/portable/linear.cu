// linear_bf16: out = act(in weight^T + bias) + residual, in bf16 with fp32 sums, on the tensor cores of sm_80 and newer.
// Source   torch.nn.Linear, with what follows it in segment-anything image_encoder.py Block, MLPBlock @dca509f
// In       in [m, k] bf16; weight [n, k] bf16; bias [n] fp32 or null; residual [residual_rows, n] bf16 or null, repeated
//          every residual_rows rows; k and n multiples of 8; act 0 none, 1 exact GELU, 2 ReLU
// Out      out [m, n] bf16, every element written, rounded once
// Launch   grid (ceil(n / 128), ceil(m / 128)), block 128, shared 98304 B    Java  org.samfast.cuda.kernel.Linear
#include "../common/element.cuh"
#include "block_product.cuh"

struct LinearArguments {
    const float* bias;
    const bf16* residual;
    bf16* out;
    int m, n, residual_rows, act;
};

__device__ __forceinline__ float activated(float x, int act) {
    if (act == 1) return gelu(x);
    return act == 2 ? fmaxf(x, 0.0f) : x;
}

// Through the warp's own 8 KB of shared memory, so that residual and output are read and written in whole lines; the
// sum of activation and residual is rounded once.
__device__ __forceinline__ void finish(float (&sums)[4][8][4], unsigned char* stage, int row0, int column0, const LinearArguments& p) {
    int lane = threadIdx.x % 32;
    auto for_each = [&](auto move) {
        for_each_chunk<SLICE_BYTES>(p.m - row0, (p.n - column0) * 2, [&](int row, uint32_t at, int byte) { move(row, at, column0 + byte / 2); });
    };
    if (p.residual != nullptr) {
        for_each([&](int row, uint32_t at, int column) {
            int64_t from = static_cast<int64_t>((row0 + row) % p.residual_rows) * p.n + column;
            *reinterpret_cast<uint4*>(stage + at) = *reinterpret_cast<const uint4*>(p.residual + from);
        });
        __syncwarp();
    }
#pragma unroll
    for (int j = 0; j < 8; j++) {
        int column = column0 + 8 * j + 2 * (lane % 4);
        float2 bias = {0.0f, 0.0f};
        if (p.bias != nullptr && column < p.n) bias = *reinterpret_cast<const float2*>(p.bias + column);
#pragma unroll
        for (int i = 0; i < 8; i++) {
            int row = 16 * (i / 2) + 8 * (i % 2) + lane / 4;
            auto* pair = reinterpret_cast<__nv_bfloat162*>(stage + swizzled<SLICE_BYTES>(row, j) + 4 * (lane % 4));
            float2 value = {activated(sums[i / 2][j][2 * (i % 2)] + bias.x, p.act),
                            activated(sums[i / 2][j][2 * (i % 2) + 1] + bias.y, p.act)};
            if (p.residual != nullptr) {
                float2 residual = __bfloat1622float2(*pair);
                value.x += residual.x;
                value.y += residual.y;
            }
            *pair = __floats2bfloat162_rn(value.x, value.y);
        }
    }
    __syncwarp();
    for_each([&](int row, uint32_t at, int column) {
        int64_t to = static_cast<int64_t>(row0 + row) * p.n + column;
        *reinterpret_cast<uint4*>(p.out + to) = *reinterpret_cast<const uint4*>(stage + at);
    });
}

// Measured on an H100 against 128x256, 256x128 and 2 or 4 stages (docs/kernels.md): the two blocks that share a multiprocessor hide
// each other's epilogue. 96 KB of shared memory fit every GPU from sm_80 on, twice on an A100 or H100.
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    linear_bf16(const bf16* in, const bf16* weight, const float* bias, const bf16* residual, bf16* out, int m, int n, int k,
                int residual_rows, int act) {
    extern __shared__ __align__(128) unsigned char shared[];
    int tile_row = blockIdx.y * TILE;
    int tile_column = blockIdx.x * TILE;
    float sums[4][8][4] = {};
    multiply_block<DenseBf16>(sums, shared_address(shared), {{in, m, k * 2}, {weight, n, k * 2}, nullptr, 0}, tile_row, tile_column);
    finish(sums, shared + threadIdx.x / 32 * WARP_TILE * SLICE_BYTES, tile_row + warp_row(), tile_column + warp_column(),
           {bias, residual, out, m, n, residual_rows, act});
}
