// linear_fp32: out = act(in weight^T + bias) + residual, all in fp32, on the ordinary cores: the reference on the device.
// Source   torch.nn.Linear, with what follows it in segment-anything image_encoder.py Block, MLPBlock @dca509f
// In       in [m, k]; weight [n, k]; bias [n] or null; residual [residual_rows, n] or null, repeated every
//          residual_rows rows; k and n multiples of 4; act 0 none, 1 exact GELU, 2 ReLU
// Out      out [m, n], every element written
// Launch   grid (ceil(n / 128), ceil(m / 128)), block 256, shared static    Java  org.samfast.cuda.kernel.Linear
#include "common/element.cuh"

constexpr int TILE = 128;
constexpr int SLICE = 16;
// Rows of a transposed slice are a little longer than the tile: stores down a column then meet different banks.
constexpr int PITCH = TILE + 4;

// Brings [128 rows][16 k] into shared memory as [16][128], two float4 per thread; zero outside the matrix.
__device__ __forceinline__ void copy_transposed(float (*to)[PITCH], const float* from, int row0, int rows, int k0, int k) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
        int row = threadIdx.x / 4 + 64 * i;
        int column = threadIdx.x % 4 * 4;
        float4 value = {0.0f, 0.0f, 0.0f, 0.0f};
        if (row0 + row < rows && k0 + column < k) {
            value = *reinterpret_cast<const float4*>(from + static_cast<int64_t>(row0 + row) * k + k0 + column);
        }
        to[column][row] = value.x;
        to[column + 1][row] = value.y;
        to[column + 2][row] = value.z;
        to[column + 3][row] = value.w;
    }
}

__device__ __forceinline__ float activated(float x, int act) {
    if (act == 1) return gelu(x);
    return act == 2 ? fmaxf(x, 0.0f) : x;
}

// Each thread computes 8x8: rows and columns 4t..4t+3 and 64 further, so that a warp reads whole banks.
extern "C" __global__ void __launch_bounds__(256, 2)
    linear_fp32(const float* in, const float* weight, const float* bias, const float* residual, float* out, int m, int n, int k,
                int residual_rows, int act) {
    __shared__ __align__(16) float a[SLICE][PITCH];
    __shared__ __align__(16) float b[SLICE][PITCH];
    int row0 = blockIdx.y * TILE;
    int column0 = blockIdx.x * TILE;
    int thread_row = threadIdx.x / 16 * 4;
    int thread_column = threadIdx.x % 16 * 4;
    float sums[8][8] = {};
    for (int k0 = 0; k0 < k; k0 += SLICE) {
        copy_transposed(a, in, row0, m, k0, k);
        copy_transposed(b, weight, column0, n, k0, k);
        __syncthreads();
#pragma unroll
        for (int step = 0; step < SLICE; step++) {
            float left[8], right[8];
#pragma unroll
            for (int half = 0; half < 2; half++) {
                *reinterpret_cast<float4*>(left + 4 * half) = *reinterpret_cast<float4*>(&a[step][thread_row + 64 * half]);
                *reinterpret_cast<float4*>(right + 4 * half) = *reinterpret_cast<float4*>(&b[step][thread_column + 64 * half]);
            }
#pragma unroll
            for (int i = 0; i < 8; i++) {
#pragma unroll
                for (int j = 0; j < 8; j++) sums[i][j] = fmaf(left[i], right[j], sums[i][j]);
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
        int row = row0 + thread_row + i % 4 + 64 * (i / 4);
#pragma unroll
        for (int j = 0; j < 8; j++) {
            int column = column0 + thread_column + j % 4 + 64 * (j / 4);
            if (row < m && column < n) {
                float value = activated(sums[i][j] + (bias == nullptr ? 0.0f : bias[column]), act);
                if (residual != nullptr) value += residual[static_cast<int64_t>(row % residual_rows) * n + column];
                out[static_cast<int64_t>(row) * n + column] = value;
            }
        }
    }
}
